// The bound of the starvation guard of alink_class_arbiter: a class that some input asks of an output in
// every slot is granted by that output after at most Bound slots in which it was passed over.
//
// Purpose
//   Requests may be withdrawn, multicasts come and go, other outputs may be without credit: all free.
//   Assumed: the watched output always has credit, some input asks it for the watched class in every
//   slot (not always the same), nobody holds, all ports are enabled, and every class has the age limit
//   Limit.
//
// Parameters
//   Ports, Iterations, Classes  those of the arbiter under proof
//   Limit                       the age limit of every class, in slots
//   Bound                       the claim
module alink_class_arbiter_guard #(
  parameter int unsigned Ports      = 2,
  parameter int unsigned Iterations = 1,
  parameter int unsigned Classes    = 1,
  parameter int unsigned Limit      = 2,
  parameter int unsigned Bound      = 8,
  // Derived; not to be overridden.
  localparam int unsigned IdxWidth  = (Ports > 1) ? $clog2(Ports) : 1,
  localparam int unsigned Pairs     = Classes * Ports,
  localparam int unsigned CntWidth  = $clog2(Bound + 2)
) (
  input logic                   clk_i,
  input logic [Pairs*Ports-1:0] req_i,
  input logic [Ports-1:0]       ready_i,
  input logic [Ports-1:0]       mc_req_i,
  input logic [Ports-1:0]       mc_set_i,
  input logic                   mc_whole_i,
  input logic [Classes*8-1:0]   weight_i,
  input logic [Pairs-1:0]       watched_i
);

  logic [Ports-1:0]    gnt_valid;
  logic [Ports*2-1:0]  gnt_class;
  logic [Ports-1:0]    gnt_multicast;
  logic                started_q = 1'b0;
  logic                slot_q    = 1'b0;   // a slot was arbitrated at the last edge
  logic [Pairs-1:0]    watched_q = '0;     // the pair of class and output, one-hot
  logic [CntWidth-1:0] passed_q  = '0;     // slots on end in which it was passed over
  logic                served;
  logic                asks;

  alink_class_arbiter #(
    .Ports      (Ports),
    .Iterations (Iterations),
    .Classes    (Classes)
  ) u_arbiter (
    .clk_i (clk_i), .rst_ni (started_q), .slot_i (1'b1), .req_i (req_i), .ready_i (ready_i),
    .enable_i ({Ports{1'b1}}), .hold_i ({Ports{1'b0}}), .mc_req_i (mc_req_i), .mc_set_i (mc_set_i),
    .mc_whole_i (mc_whole_i), .weight_i (weight_i), .age_limit_i ({Classes{16'(Limit)}}),
    .hold_limit_i (16'd0), .gnt_valid_o (gnt_valid), .gnt_class_o (gnt_class),
    .gnt_multicast_o (gnt_multicast)
  );

  always_comb begin
    served = 1'b0;
    asks   = 1'b0;
    for (int unsigned c = 0; c < Classes; c = c + 1) begin
      for (int unsigned o = 0; o < Ports; o = o + 1) begin
        if (watched_q[c*Ports + o]) begin
          if (gnt_valid[o] && !gnt_multicast[o] && 32'(gnt_class[o*2 +: 2]) == c) served = 1'b1;
          if (ready_i[o] && |req_i[(c*Ports + o)*Ports +: Ports]) asks = 1'b1;
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    slot_q    <= started_q;
    watched_q <= started_q ? watched_q : watched_i;
    if (slot_q) passed_q <= served ? '0 : passed_q + 1'b1;
  end

  always_comb begin
    if (started_q) assume (asks);
    else           assume ((watched_i & (watched_i - 1'b1)) == '0 && watched_i != '0);
    assert (!slot_q || served || passed_q < Bound);
  end

endmodule
