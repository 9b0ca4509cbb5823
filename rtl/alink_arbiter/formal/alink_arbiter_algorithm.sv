// alink_arbiter is iSLIP with one iteration, as immediate assertions for Yosys.
//
// Purpose
//   Beside the arbiter runs the algorithm as it is published, with pointers that are indices and one
//   output and one input after the other; longest_wait.cpp visits every state of the same. The claim:
//   in every slot both grant the same, and the masks of the arbiter say what the pointers say. It is
//   proved by induction: in the first clock the registers hold anything of which the claim is true, in
//   the second it must be true again. Requests, readiness and reset are free in both.
//
// Parameters
//   Ports       that of the arbiter under proof
//   Iterations  1
module alink_arbiter_algorithm #(
  parameter int unsigned Ports      = 4,
  parameter int unsigned Iterations = 1,
  // Derived; not to be overridden.
  localparam int unsigned IdxWidth  = (Ports > 1) ? $clog2(Ports) : 1
) (
  input logic                   clk_i,
  input logic                   rst_ni,
  input logic [Ports*Ports-1:0] req_i,
  input logic [Ports-1:0]       ready_i,
  // The registers of the arbiter: row o of each is that of output o.
  input logic [Ports*Ports-1:0] state_gnt_mask,
  input logic [Ports*Ports-1:0] state_acc_mask
);

  logic [Ports-1:0]          gnt_valid;
  logic [Ports*IdxWidth-1:0] gnt_idx;

  alink_arbiter #(
    .Ports      (Ports),
    .Iterations (Iterations)
  ) u_arbiter (
    .clk_i       (clk_i),
    .rst_ni      (rst_ni),
    .req_i       (req_i),
    .ready_i     (ready_i),
    .gnt_valid_o (gnt_valid),
    .gnt_idx_o   (gnt_idx)
  );

  // The algorithm: pointers of outputs to inputs and of inputs to outputs, and what it granted.
  logic [Ports*8-1:0] gnt_pointer_q;
  logic [Ports*8-1:0] acc_pointer_q;
  logic [Ports-1:0]   valid_q;
  logic [Ports*8-1:0] input_q;
  logic               step_q = 1'b0;

  // The first of those who ask at or after a pointer, in cyclic order; Ports if nobody asks.
  function automatic logic [7:0] first(input logic [7:0] pointer, input logic [Ports-1:0] asking);
    logic [7:0] place;
    first = 8'(Ports);
    for (int unsigned back = 1; back <= Ports; back = back + 1) begin
      place = pointer + 8'(Ports - back);
      if (place >= Ports) place = place - 8'(Ports);
      if (asking[place]) first = place;
    end
  endfunction

  function automatic logic [7:0] beyond(input logic [7:0] place);
    beyond = (place + 8'd1 == Ports) ? 8'd0 : place + 8'd1;
  endfunction

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_algorithm
    logic [Ports*Ports-1:0] offers;  // row i: the outputs that offer themselves to input i
    logic [7:0]             chosen;
    if (!rst_ni) begin
      gnt_pointer_q <= '0;
      acc_pointer_q <= '0;
      valid_q       <= '0;
    end else begin
      offers  = '0;
      valid_q <= '0;
      for (int unsigned o = 0; o < Ports; o = o + 1) begin
        chosen = first(gnt_pointer_q[o*8 +: 8], ready_i[o] ? req_i[o*Ports +: Ports] : '0);
        for (int unsigned i = 0; i < Ports; i = i + 1) offers[i*Ports + o] = chosen == i;
      end
      for (int unsigned i = 0; i < Ports; i = i + 1) begin
        chosen = first(acc_pointer_q[i*8 +: 8], offers[i*Ports +: Ports]);
        for (int unsigned o = 0; o < Ports; o = o + 1) begin
          if (chosen == o) begin
            valid_q[o]              <= 1'b1;
            input_q[o*8 +: 8]       <= 8'(i);
            gnt_pointer_q[o*8 +: 8] <= beyond(8'(i));
            acc_pointer_q[i*8 +: 8] <= beyond(8'(o));
          end
        end
      end
    end
  end

  always_ff @(posedge clk_i) step_q <= 1'b1;

  logic same_grants;
  logic same_pointers;

  always_comb begin
    same_grants   = valid_q == gnt_valid;
    same_pointers = 1'b1;
    for (int unsigned o = 0; o < Ports; o = o + 1) begin
      if (gnt_valid[o] && 8'(gnt_idx[o*IdxWidth +: IdxWidth]) != input_q[o*8 +: 8]) same_grants = 1'b0;
      if (gnt_pointer_q[o*8 +: 8] >= Ports || acc_pointer_q[o*8 +: 8] >= Ports) same_pointers = 1'b0;
      for (int unsigned i = 0; i < Ports; i = i + 1) begin
        // A mask has the places at or after the pointer; that of pointer 0 is empty.
        if (state_gnt_mask[o*Ports + i] != (gnt_pointer_q[o*8 +: 8] != 0 && gnt_pointer_q[o*8 +: 8] <= i)) begin
          same_pointers = 1'b0;
        end
        if (state_acc_mask[o*Ports + i] != (acc_pointer_q[i*8 +: 8] != 0 && acc_pointer_q[i*8 +: 8] <= o)) begin
          same_pointers = 1'b0;
        end
      end
    end
  end

  always_comb begin
    if (!step_q) assume (same_pointers && same_grants);
    else         assert (same_pointers && same_grants);
  end

endmodule
