// ALink switch arbiter: an iSLIP scheduler for an input-queued crossbar.
//
// Purpose
//   In every clock it matches inputs that have cells with outputs that can take one. An iteration has
//   three steps (N. McKeown, "The iSLIP scheduling algorithm for input-queued switches", 1999):
//     request  every unmatched input asks each output for which its VOQ is not empty;
//     grant    every unmatched, ready output picks the first asking input at or after its pointer;
//     accept   every input picks the first granting output at or after its pointer.
//   Both pointers move to one beyond the partner, and only for pairs matched in the FIRST iteration:
//   that is what makes the pointers drift apart under load and what keeps the oldest request from
//   starving. After reset all pointers are at 0.
//
// Contract
//   - `req_i[o*Ports + i]` means: input i has a cell for output o. Requests are NOT held: they may be
//     withdrawn in any clock without having been granted.
//   - `ready_i[o]` means: output o can take a cell in the slot being arbitrated. An output that is not
//     ready grants nothing and keeps its pointer.
//   - Latency is one clock: the edge that samples `req_i` and `ready_i` registers their matching.
//     `gnt_valid_o[o]` then says that output o is matched, `gnt_idx_o[o*IdxWidth +: IdxWidth]` with
//     which input. The index holds its last value while valid is low and means nothing then.
//   - A request that was granted is consumed by the requester: the cell is counted out of its VOQ
//     before the next `req_i`.
//   - Every input is matched to at most one output and every output to at most one input. With one
//     iteration at least one pair is matched whenever any ready output is asked for.
//
// Parameters
//   Ports       number of inputs and of outputs, 1 to 128
//   Iterations  iterations in a clock, 1 to 4
//
// Trade-offs
//   - Rows of Ports bits, one for each output with one bit for each input, are the only data shape:
//     all inputs accept in parallel as the rows go by, so nothing is ever transposed. Iterations are
//     unrolled in space.
//   - Depth grows with the logarithm of Ports. A pick is `row & -row`, the lowest one of a row, whose
//     carry synthesis builds as a prefix network; it is made of the whole row and of the part at or
//     after the pointer side by side, and the two meet in one multiplexer. The accept step is a prefix
//     over groups of rows and a short chain within a group; it too is made of all grants and of those
//     at or after the pointer side by side.
//   - Whether an output was accepted is known last. The pointer and the index that would follow are
//     worked out from its grant meanwhile, which is the same input if there is any.
//   - Pointers are kept as masks of the places at or after them (all zero means place 0, as a full
//     mask would), which costs 2*Ports*Ports flip-flops and saves the decoders in front of every pick.
//   - Arrays have a power of two of places, of which those beyond Ports are never used: a simulator
//     then needs no check of the index, and synthesis drops them.
//   - All work is done by blocking assignments to variables local to the clocked process, the pointers
//     among them, which nobody else reads and which are written after their last use in the clock. A
//     cycle-based simulator then evaluates it once in a clock and keeps no second copy of the state;
//     with always_comb it would do so at each change of an input, of a register and of the clock
//     (3 times slower at 64 and 80 ports). The netlist is the same.
module alink_arbiter #(
  parameter int unsigned Ports      = 64,
  parameter int unsigned Iterations = 1,
  // Derived; not to be overridden.
  localparam int unsigned IdxWidth  = (Ports > 1) ? $clog2(Ports) : 1
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,

  input  logic [Ports*Ports-1:0]    req_i,
  input  logic [Ports-1:0]          ready_i,

  output logic [Ports-1:0]          gnt_valid_o,
  output logic [Ports*IdxWidth-1:0] gnt_idx_o
);

  if (Ports < 1 || Ports > 128) begin : gen_illegal_ports
    $error("alink_arbiter: Ports must lie in 1 to 128");
  end
  if (Iterations < 1 || Iterations > 4) begin : gen_illegal_iterations
    $error("alink_arbiter: Iterations must lie in 1 to 4");
  end

  localparam int unsigned Places = 2 ** $clog2(Ports);  // of an array with one place for each port
  localparam int unsigned Group  = 4;                   // rows to a group of the accept step

  typedef logic [Ports-1:0] row_t;

  // Bit b of an index is the OR of a one-hot row under mask b.
  function automatic logic [IdxWidth*Ports-1:0] idx_masks();
    idx_masks = '0;
    for (int unsigned b = 0; b < IdxWidth; b = b + 1) begin
      for (int unsigned i = 0; i < Ports; i = i + 1) begin
        idx_masks[b*Ports + i] = ((i >> b) & 1) == 1;
      end
    end
  endfunction

  localparam logic [IdxWidth*Ports-1:0] IdxMasks = idx_masks();

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_arbitrate
    // State. gnt_mask_q[o][i]: input i lies at or after the grant pointer of output o;
    //        acc_mask_q[o][i]: output o lies at or after the accept pointer of input i.
    row_t gnt_mask_q [0:Places-1];
    row_t acc_mask_q [0:Places-1];
    // Work of one clock.
    row_t pick [0:Places-1];        // per output: the input it grants, one-hot
    row_t pick_before [0:Places-1]; // per group: inputs granted by some output of an earlier group
    row_t wish_before [0:Places-1]; // the same, by one at or after their pointer
    row_t row;                   // the requests that an output sees; the one it grants
    row_t upper;                 // those at or after its pointer
    row_t minus;                 // a row, negated
    row_t cand;                  // inputs that may accept this output
    row_t won;                   // the input that does, one-hot
    row_t seen;                  // inputs that have accepted an earlier output
    row_t group_pick;            // inputs granted by some output of the group
    row_t group_wish;            // the same, by one at or after their pointer
    row_t any_pick;              // inputs granted by some output
    row_t any_wish;              // inputs granted by some output at or after their pointer
    row_t taken;                 // inputs matched in earlier iterations
    logic [Ports-1:0] matched;   // outputs matched so far
    logic [IdxWidth-1:0] idx;    // the index of `row`
    logic [Ports*IdxWidth-1:0] gnt_idx;

    if (!rst_ni) begin
      for (int unsigned o = 0; o < Ports; o = o + 1) begin
        gnt_mask_q[o] = '0;
        acc_mask_q[o] = '0;
      end
      gnt_valid_o <= '0;
      gnt_idx_o   <= '0;
    end else begin
      gnt_idx = gnt_idx_o;
      taken   = '0;
      matched = '0;
      for (int unsigned k = 0; k < Iterations; k = k + 1) begin
        // Request and grant.
        any_pick   = '0;
        any_wish   = '0;
        group_pick = '0;
        group_wish = '0;
        for (int unsigned o = 0; o < Ports; o = o + 1) begin
          if (o % Group == 0) begin
            any_pick   = any_pick | group_pick;
            any_wish   = any_wish | group_wish;
            group_pick = '0;
            group_wish = '0;
            pick_before[o / Group] = any_pick;
            wish_before[o / Group] = any_wish;
          end
          row = '0;
          if (ready_i[o] && (k == 0 || !matched[o])) begin
            row = req_i[o*Ports +: Ports];
            if (k != 0) row = row & ~taken;
          end
          upper = row & gnt_mask_q[o];
          if (|upper) begin
            minus = -upper;
            row   = upper & minus;
          end else begin
            minus = -row;
            row   = row & minus;
          end
          group_pick = group_pick | row;
          group_wish = group_wish | (row & acc_mask_q[o]);
          pick[o] = row;
        end
        any_pick = any_pick | group_pick;
        any_wish = any_wish | group_wish;

        // Accept: an input takes the first grant at or after its pointer, or else the first of all.
        seen = '0;
        for (int unsigned o = 0; o < Ports; o = o + 1) begin
          if (o % Group == 0) begin
            seen = (wish_before[o / Group] & any_wish) | (pick_before[o / Group] & ~any_wish);
          end
          row  = pick[o];
          cand = row & (acc_mask_q[o] | ~any_wish);
          won  = cand & ~seen;
          if (k == 0) begin
            acc_mask_q[o] = (acc_mask_q[o] & ~any_pick) | seen;
          end
          if (|won) begin
            if (k == 0) begin
              gnt_mask_q[o] = -row & ~row;
            end
            matched[o] = 1'b1;
            for (int unsigned b = 0; b < IdxWidth; b = b + 1) begin
              idx[b] = |(row & IdxMasks[b*Ports +: Ports]);
            end
            gnt_idx[o*IdxWidth +: IdxWidth] = idx;
          end
          seen = seen | cand;
        end
        taken = taken | any_pick;
      end
      gnt_valid_o <= matched;
      gnt_idx_o   <= gnt_idx;
    end
  end

endmodule
