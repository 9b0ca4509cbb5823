// What those around alink_class_arbiter_top do and do not do, for proofs that two of them are equal.
//
// Purpose
//   An access over the APB has a set-up phase and an access phase of one clock each, with the same address,
//   direction and data, unless reset ends it; accesses run between slots. From the clock on in which this
//   does not hold `broken` is high.
module environment (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        slot_i,
  input  logic        psel_i,
  input  logic        penable_i,
  input  logic        pwrite_i,
  input  logic [15:0] paddr_i,
  input  logic [31:0] pwdata_i,
  output logic        broken
);

  logic        set_up_q;  // the last clock was a set-up phase
  logic        broken_q;
  logic [48:0] access_q;  // what it asked
  logic        legal;

  always_comb begin
    legal = !penable_i;
    if (set_up_q) legal = psel_i && penable_i && {pwrite_i, paddr_i, pwdata_i} == access_q;
    if (psel_i && slot_i) legal = 1'b0;
    broken = broken_q || (rst_ni && !legal);
  end

  always_ff @(posedge clk_i) begin : p_follow
    set_up_q <= rst_ni && psel_i && !penable_i;
    access_q <= {pwrite_i, paddr_i, pwdata_i};
    broken_q <= broken;
  end

endmodule
