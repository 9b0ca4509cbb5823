// The longest wait of a request at alink_arbiter, as an immediate assertion for Yosys.
//
// Purpose
//   Claims that no request waits longer than Bound slots: it is passed over in at most so many slots on
//   end, and granted in the next. The VOQ that is watched is drawn in the first clock and then fixed, so
//   one proof covers all of them. Other requests come at any time.
//
// Assumptions
//   - A request stays until it is granted. (With competitors that may withdraw no bound exists.)
//   - All outputs are ready, and reset is on in the first clock alone.
//
// Parameters
//   Ports, Iterations  those of the arbiter under proof
//   Bound              the longest wait that is claimed, in slots, that of the grant not counted
module alink_arbiter_starvation #(
  parameter int unsigned Ports      = 2,
  parameter int unsigned Iterations = 1,
  parameter int unsigned Bound      = 3,
  // Derived; not to be overridden.
  localparam int unsigned IdxWidth  = (Ports > 1) ? $clog2(Ports) : 1,
  localparam int unsigned CntWidth  = $clog2(Bound + 1)
) (
  input logic                   clk_i,
  input logic [Ports*Ports-1:0] req_i,
  input logic [Ports*Ports-1:0] watched_i
);

  logic [Ports-1:0]          gnt_valid;
  logic [Ports*IdxWidth-1:0] gnt_idx;
  logic                      started_q = 1'b0;
  logic [Ports*Ports-1:0]    req_q     = '0;   // what the last edge sampled
  logic [Ports*Ports-1:0]    watched_q = '0;   // the VOQ that is watched, one-hot
  logic [CntWidth-1:0]       passed_q  = '0;   // slots on end in which it was passed over
  logic [Ports*Ports-1:0]    granted;          // the requests of req_q that were granted
  logic [Ports*Ports-1:0]    open;             // those that were not
  logic                      passed_over;

  alink_arbiter #(
    .Ports      (Ports),
    .Iterations (Iterations)
  ) u_arbiter (
    .clk_i       (clk_i),
    .rst_ni      (started_q),
    .req_i       (req_i),
    .ready_i     ({Ports{1'b1}}),
    .gnt_valid_o (gnt_valid),
    .gnt_idx_o   (gnt_idx)
  );

  always_comb begin
    granted = '0;
    for (int unsigned o = 0; o < Ports; o = o + 1) begin
      for (int unsigned i = 0; i < Ports; i = i + 1) begin
        granted[o*Ports + i] = gnt_valid[o] && gnt_idx[o*IdxWidth +: IdxWidth] == i;
      end
    end
    open        = req_q & ~granted;
    passed_over = |(open & watched_q);
  end

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    req_q     <= started_q ? req_i : '0;
    watched_q <= started_q ? watched_q : watched_i;
    passed_q  <= passed_over ? passed_q + 1'b1 : '0;
  end

  always_comb begin
    if (started_q) assume ((open & ~req_i) == '0);
    else           assume ((watched_i & (watched_i - 1'b1)) == '0);
    assert (!passed_over || passed_q < Bound);
  end

endmodule
