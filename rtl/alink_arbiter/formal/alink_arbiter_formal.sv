// Safety properties of alink_arbiter, as immediate assertions for Yosys.
//
// Purpose
//   Requests, readiness and reset are free in every clock: reset may come in mid-traffic, requests may
//   be withdrawn. The only assumption is that reset is on in the first clock. Every property is
//   checked against the inputs that the preceding edge sampled (the arbiter's latency is one clock).
//
// Parameters
//   Ports, Iterations  those of the arbiter under proof
//   Property           0: all properties; otherwise the one of that number alone, which lets a
//                      planted bug be shown to break a property and not just the set
module alink_arbiter_formal #(
  parameter int unsigned Ports      = 4,
  parameter int unsigned Iterations = 1,
  parameter int unsigned Property   = 0,
  // Derived; not to be overridden.
  localparam int unsigned IdxWidth  = (Ports > 1) ? $clog2(Ports) : 1
) (
  input logic                   clk_i,
  input logic                   rst_ni,
  input logic [Ports*Ports-1:0] req_i,
  input logic [Ports-1:0]       ready_i
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

  // What the last edge sampled.
  logic                   started_q = 1'b0;
  logic                   rst_nq;
  logic [Ports*Ports-1:0] req_q;
  logic [Ports-1:0]       ready_q;

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    rst_nq    <= rst_ni;
    req_q     <= req_i;
    ready_q   <= ready_i;
  end

  logic legal_index;   // every granted input exists
  logic live;          // every grant answers a request to a ready output
  logic exclusive;     // no input is granted to two outputs
  logic work;          // some ready output is asked for
  logic maximal;       // no ready, unmatched output is asked for by an unmatched input
  logic [Ports-1:0]    used;
  logic [IdxWidth-1:0] idx;

  always_comb begin
    legal_index = 1'b1;
    live        = 1'b1;
    exclusive   = 1'b1;
    work        = 1'b0;
    maximal     = 1'b1;
    used        = '0;
    idx         = '0;
    for (int unsigned o = 0; o < Ports; o = o + 1) begin
      idx = gnt_idx[o*IdxWidth +: IdxWidth];
      for (int unsigned i = 0; i < Ports; i = i + 1) begin
        if (gnt_valid[o] && idx == i) begin
          if (!ready_q[o] || !req_q[o*Ports + i]) live = 1'b0;
          if (used[i]) exclusive = 1'b0;
          used[i] = 1'b1;
        end
      end
      if (gnt_valid[o] && idx >= Ports) legal_index = 1'b0;
      if (ready_q[o] && |req_q[o*Ports +: Ports]) work = 1'b1;
    end
    for (int unsigned o = 0; o < Ports; o = o + 1) begin
      if (ready_q[o] && !gnt_valid[o] && |(req_q[o*Ports +: Ports] & ~used)) maximal = 1'b0;
    end
  end

  // Reset is on in the first clock and free afterwards.
  always_comb begin
    if (!started_q) assume (!rst_ni);
  end

  always_comb begin
    if (started_q && rst_nq && rst_ni) begin
      // 1: an index names an input.
      if (Property == 0 || Property == 1) assert (legal_index);
      // 2: a grant answers a request that was live at the edge, to an output that was ready.
      if (Property == 0 || Property == 2) assert (live);
      // 3: no input is matched twice (an output cannot be: it has one index).
      if (Property == 0 || Property == 3) assert (exclusive);
      // 4: work conservation: if a ready output was asked for, somebody was granted.
      if (Property == 0 || Property == 4) assert (!work || |gnt_valid);
      // 5: with an iteration for every port the matching is maximal.
      if ((Property == 0 || Property == 5) && Iterations >= Ports) assert (maximal);
    end
    // 6: nothing is granted in reset or in the clock after it.
    if (Property == 0 || Property == 6) begin
      if (started_q && (!rst_nq || !rst_ni)) assert (gnt_valid == '0);
    end
  end

endmodule
