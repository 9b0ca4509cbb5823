// ALink switch arbiter: an iSLIP scheduler with traffic classes, multicast, hold and a starvation guard
// for an input-queued crossbar.
//
// Purpose
//   In every slot it matches inputs that have cells with outputs that can take one. An iteration has
//   three steps (N. McKeown, "The iSLIP scheduling algorithm for input-queued switches", 1999):
//     request  every unmatched input asks each output for which it has a cell;
//     grant    every unmatched, ready output takes its best asked class, and of it the first asking
//              input at or after its pointer of that class;
//     accept   every input takes the best class it is granted, and of it the first granting output at
//              or after its pointer of that class.
//   Pointers move to one beyond the partner, only for pairs matched in the FIRST iteration.
//
// Contract
//   - A slot is arbitrated at a clock edge at which `slot_i` is high; otherwise nothing here changes.
//   - `req_i[(c*Ports + o)*Ports + i]`: input i has a cell of class c for output o. Requests are NOT
//     held: they may be withdrawn in any slot without having been granted.
//   - `ready_i[o]`: output o can take a cell in this slot. `enable_i[p]`: port p takes part; a port
//     that is down neither asks nor is granted.
//   - `hold_i[i]`: the packet of input i goes on; its pair of the last slot is kept (locked), also
//     through slots in which the request or the credit is missing. A lock that lasts longer than
//     `hold_limit_i` slots is broken, at the latest after twice as many (0: never).
//   - `mc_req_i[i]`: input i has a multicast cell. `mc_turn_o` (one-hot, or zero) names the input whose
//     cell may go: `mc_set_i` are the outputs it still wants, and with `mc_whole_i` it goes to all of
//     them in one slot or not at all. The requester drops outputs that were served, or are disabled.
//   - Latency is one clock: after the edge of the slot the outputs show its matching and hold it until
//     the next slot. They are functions of registers alone. An index and a class mean nothing where
//     their valid bit is low, and `in_gnt_idx_o` means nothing for a multicast.
//   - A granted request is consumed by the requester before the next slot.
//   - Every input is matched to at most one output, but for a multicast, and every output to one input.
//
// Class policy
//   Class Classes-1 is served first (strict). The others follow in the order of a wheel, which stands
//   at one of them for as many slots as its weight says. The guard bounds the wait behind both: a
//   class that an output was asked for and did not serve for longer than `age_limit_i` slots becomes a
//   candidate; in turn one such pair of class and output, the champion, offers only that class in a
//   slot, and the input it picks takes it before anything else.
//
// Parameters
//   Ports       number of inputs and of outputs, 1 to 128
//   Iterations  iterations in a slot, 1 to 4
//   Classes     traffic classes, 1 to 4
//
// Trade-offs
//   - Rows of Ports bits, one for each output with one bit for each input, are the only data shape:
//     all inputs accept in parallel as the rows go by, so nothing is ever transposed. Iterations are
//     unrolled in space.
//   - Depth grows with the logarithm of Ports. Synthesis maps what is written here level by level onto
//     six-input tables and does not balance it: prefixes and sums over rows go in sixes, or in threes
//     where a product of two signals is summed. What is known late enters late: who is free meets
//     requests that are masked already; with one class and one iteration an output picks with and
//     without the input of the multicast side by side; whether it is free itself chooses last; and
//     the champion's grant counts as one at or after the pointer of its input, so that no step follows
//     for it.
//   - Pointers are kept as masks of the places at or after them (all zero means place 0, as a full
//     mask would): 2*Classes*Ports*Ports flip-flops, and no decoder in front of a pick.
//   - Whether an output was accepted is known last. What follows from it (its pointer, the age of its
//     classes, the indices) is worked out from the registered pairs: pointers and ages at the start of
//     the next slot, in the shadow of the locks, and the indices behind the registers.
//   - Work is done by blocking assignments in one clocked process: a cycle-based simulator then
//     evaluates it once in a clock and keeps no second copy of the state.
module alink_class_arbiter #(
  parameter int unsigned Ports      = 64,
  parameter int unsigned Iterations = 1,
  parameter int unsigned Classes    = 1,
  // Derived; not to be overridden.
  localparam int unsigned IdxWidth  = (Ports > 1) ? $clog2(Ports) : 1
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  input  logic                           slot_i,

  input  logic [Classes*Ports*Ports-1:0] req_i,
  input  logic [Ports-1:0]               ready_i,
  input  logic [Ports-1:0]               enable_i,
  input  logic [Ports-1:0]               hold_i,

  input  logic [Ports-1:0]               mc_req_i,
  input  logic [Ports-1:0]               mc_set_i,
  input  logic                           mc_whole_i,
  output logic [Ports-1:0]               mc_turn_o,

  input  logic [Classes*8-1:0]           weight_i,
  input  logic [Classes*16-1:0]          age_limit_i,
  input  logic [15:0]                    hold_limit_i,

  output logic [Ports-1:0]               gnt_valid_o,
  output logic [Ports*IdxWidth-1:0]      gnt_idx_o,
  output logic [Ports*2-1:0]             gnt_class_o,
  output logic [Ports-1:0]               gnt_multicast_o,

  output logic [Ports-1:0]               in_gnt_valid_o,
  output logic [IdxWidth*Ports-1:0]      in_gnt_idx_o,
  output logic [2*Ports-1:0]             in_gnt_class_o,
  output logic [Ports-1:0]               in_gnt_multicast_o,

  output logic [Ports-1:0]               conflict_o,
  output logic [Ports-1:0]               idle_o
);

  if (Ports < 1 || Ports > 128) begin : gen_illegal_ports
    $error("alink_class_arbiter: Ports must lie in 1 to 128");
  end
  if (Iterations < 1 || Iterations > 4) begin : gen_illegal_iterations
    $error("alink_class_arbiter: Iterations must lie in 1 to 4");
  end
  if (Classes < 1 || Classes > 4) begin : gen_illegal_classes
    $error("alink_class_arbiter: Classes must lie in 1 to 4");
  end

  localparam int unsigned Pairs = Classes * Ports;  // pairs of class and output
  // An output picks with and without the input of the multicast side by side.
  localparam bit TwoPicks = Classes == 1 && Iterations == 1;

  typedef logic [Ports-1:0] row_t;
  typedef logic [Pairs-1:0] pairs_t;

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

  // The places beyond the lowest one of a row; none beyond zero. A prefix network: a place hears of
  // three neighbours (three products of two signals fill a table), then of six times as many with
  // each level.
  function automatic row_t beyond(input row_t row);
    beyond = (row << 1) | (row << 2) | (row << 3);
    for (int unsigned span = 3; span < Ports; span = span * 6) begin
      beyond = beyond | (beyond << span) | (beyond << (2 * span));
      beyond = beyond | (beyond << (3 * span));
    end
  endfunction

  // The same of all pairs of class and output.
  function automatic pairs_t beyond_pair(input pairs_t pairs);
    beyond_pair = (pairs << 1) | (pairs << 2) | (pairs << 3);
    for (int unsigned span = 3; span < Pairs; span = span * 6) begin
      beyond_pair = beyond_pair | (beyond_pair << span) | (beyond_pair << (2 * span));
      beyond_pair = beyond_pair | (beyond_pair << (3 * span));
    end
  endfunction

  // The lowest one of a row, one-hot; zero of zero.
  function automatic row_t first_of(input row_t row);
    first_of = row & ~beyond(row);
  endfunction

  // The first free one of a row at or after a pointer, or else the first free one of all; one-hot,
  // zero if none is free. Who is free is known last.
  function automatic row_t first_at(input row_t row, input row_t mask, input row_t free);
    if (|((row & mask) & free)) first_at = first_of((row & mask) & free);
    else                        first_at = first_of(row & free);
  endfunction

  // a >= b as a tree: three bits to a group, three groups to the next, each a table of six inputs.
  function automatic logic reached(input logic [15:0] a, input logic [15:0] b);
    logic [17:0] more;
    logic [17:0] same;
    more = {2'd0, a & ~b};
    same = {2'd3, ~(a ^ b)};
    for (int unsigned width = 1; width < 9; width = width * 3) begin
      for (int unsigned k = 0; k < 18; k = k + 3 * width) begin
        more[k] = more[k + 2 * width] |
                  (same[k + 2 * width] & (more[k + width] | (same[k + width] & more[k])));
        same[k] = same[k + 2 * width] & same[k + width] & same[k];
      end
    end
    reached = more[9] | (same[9] & (more[0] | same[0]));
  endfunction

  // The last slot, of which the outputs tell.
  logic [Ports*Ports-1:0] pair_q;  // per output: the input of its unicast pair, one-hot; also while locked
  row_t class_q [0:Classes-1];     // per class: outputs whose pair is of it
  row_t stalled_q;                 // outputs locked to their input, yet not granted
  row_t granted_q;                 // outputs that granted in the first iteration
  row_t early_q;                   // outputs matched in the first iteration (Iterations > 1)
  row_t wanted_q;                  // ready, enabled outputs asked by an enabled input
  row_t mc_out_q;                  // outputs of the multicast grant
  row_t mc_in_q;                   // its input

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_arbitrate
    // State. gnt_mask_q[c*Ports+o][i]: input i lies at or after the grant pointer of output o;
    //        acc_mask_q[c*Ports+o][i]: output o lies at or after the accept pointer of input i.
    row_t        gnt_mask_q [0:Pairs-1];
    row_t        acc_mask_q [0:Pairs-1];
    row_t        old_out_q;               // locks that were there at the last tick, by output
    row_t        old_in_q;                // the same by input
    logic [15:0] hold_count_q;            // slots since the last tick, with this one
    logic [15:0] age_count_q [0:Classes-1];
    row_t        mark_q [0:Classes-1];    // waiting since before the last tick of the class, by output
    row_t        expired_q [0:Classes-1]; // waiting since before the tick before that
    row_t        asked_q [0:Classes-1];   // asked in the last slot, by output
    logic [Classes-1:0] age_tick_q;       // the last slot was a tick of the class
    logic [Classes-1:0] age_off_q;        // the guard of the class was off in it
    pairs_t      champion_q;              // one-hot or zero
    pairs_t      champion_mask_q;         // at or after the champion pointer
    row_t        turn_mask_q;             // beyond the last multicast turn
    logic [1:0]  wheel_q;                 // the lower class that comes first
    logic [7:0]  left_q;                  // slots that it stays so after this one

    // Work of one slot.
    row_t   has_pair;             // outputs with a pair in the last slot
    row_t   served;               // outputs granted unicast in the last slot
    row_t   served_class;         // those of them whose pair is of a class
    row_t   held;                 // enabled inputs that hold
    row_t   paired_in;            // inputs whose pair has an enabled output
    row_t   sum_0, sum_1, sum_2;  // of three outputs, of 18, of all before them
    logic   hold_tick;
    row_t   locked;               // outputs locked
    row_t   locked_in;            // inputs locked
    pairs_t expired;              // all classes, flat
    pairs_t live;                 // the champion, if it still waits; one-hot or zero
    pairs_t later;                // expired pairs at or after the champion pointer
    row_t   champion_out;         // the live champion's output
    row_t   champion_in;          // the input it picked
    row_t   champion_after;       // the outputs beyond it
    row_t   dest;                 // outputs that the multicast wants
    row_t   avail;                // those that can take it
    row_t   mc_served;
    logic   mc_asks;
    logic   mc_takes;             // its input is matched or reserved
    logic   mc_stays;
    row_t   mc_next;
    row_t   free_out;
    row_t   free_in;
    logic [Classes*Classes-1:0] precedes; // precedes[a*Classes+b]: class a is served before class b
    logic [Classes-1:0] any;             // classes that an output is asked for
    logic [Classes-1:0] best;            // the one that it serves
    row_t   asking [0:Classes-1]; // inputs that ask an output, by class
    row_t   row;                  // those of the class it serves
    row_t   mask;                 // their places at or after its pointer
    row_t   pick [0:Ports-1];     // per output: the input it grants, one-hot
    row_t   wish [0:Ports-1];     // the same at or after the accept pointer of that input
    row_t   pick_class [0:Classes-1];    // per class: outputs that grant it
    row_t   in_class [0:Classes-1];      // per class: inputs granted it
    row_t   accepts [0:Classes-1];       // per class: inputs that accept it
    row_t   may_accept;
    row_t   any_pick;             // inputs granted by some output
    row_t   any_wish;             // inputs granted by some output at or after their pointer
    row_t   pick_0, pick_1, pick_2;  // prefix of `pick`: in six outputs, in 36, in all before them
    row_t   wish_0, wish_1, wish_2;  // prefix of `wish`
    row_t   pick_before [0:Ports-1];
    row_t   wish_before [0:Ports-1];
    row_t   seen;                 // inputs that have accepted an earlier output
    row_t   earlier;              // inputs that wish an earlier output, or are the champion's and it is earlier
    row_t   ahead;                // inputs that wish an earlier output or are the champion's
    row_t   won;                  // the input that accepts an output
    row_t   matched;              // outputs matched so far
    logic [Ports*Ports-1:0] pair; // what the registers of the same names with _q become
    row_t   class_of [0:Classes-1];
    row_t   stalled;
    row_t   granted;
    row_t   early;
    row_t   wanted;
    row_t   mc_out;
    row_t   mc_in;
    row_t   mc_turn;

    if (!rst_ni) begin
      pair_q <= '0;
      for (int unsigned p = 0; p < Pairs; p = p + 1) begin
        gnt_mask_q[p] = '0;
        acc_mask_q[p] = '0;
      end
      for (int unsigned c = 0; c < Classes; c = c + 1) begin
        class_q[c]     <= '0;
        age_count_q[c] = 16'd1;
        mark_q[c]      = '0;
        expired_q[c]   = '0;
        asked_q[c]     = '0;
      end
      stalled_q       <= '0;
      granted_q       <= '0;
      early_q         <= '0;
      wanted_q        <= '0;
      mc_out_q        <= '0;
      mc_in_q         <= '0;
      mc_turn_o       <= '0;
      old_out_q       = '0;
      old_in_q        = '0;
      hold_count_q    = 16'd1;
      age_tick_q      = '0;
      age_off_q       = '0;
      champion_q      = '0;
      champion_mask_q = '0;
      turn_mask_q     = '0;
      wheel_q         = '0;
      left_q          = '0;
    end else if (slot_i) begin
      // What follows from the pairs of the last slot: grant pointers and ages.
      for (int unsigned o = 0; o < Ports; o = o + 1) begin
        has_pair[o] = |pair_q[o*Ports +: Ports];
        if (has_pair[o] && ((Iterations > 1) ? early_q[o] : granted_q[o])) begin
          for (int unsigned c = 0; c < Classes; c = c + 1) begin
            if (Classes == 1 || class_q[c][o]) gnt_mask_q[c*Ports + o] = beyond(pair_q[o*Ports +: Ports]);
          end
        end
      end
      served = has_pair & ~stalled_q;
      for (int unsigned c = 0; c < Classes; c = c + 1) begin
        // Who was served is known later than the rest.
        served_class = served & ((Classes == 1) ? {Ports{1'b1}} : class_q[c]);
        if (age_off_q[c]) begin
          mark_q[c]    = '0;
          expired_q[c] = '0;
        end else if (age_tick_q[c]) begin
          expired_q[c] = (expired_q[c] | mark_q[c]) & asked_q[c];
          mark_q[c]    = asked_q[c];
        end else begin
          expired_q[c] = expired_q[c] & asked_q[c];
          mark_q[c]    = mark_q[c] & asked_q[c];
        end
        live[c*Ports +: Ports] = (champion_q[c*Ports +: Ports] & expired_q[c]) & ~served_class;
        expired_q[c] = expired_q[c] & ~served_class;
        mark_q[c]    = mark_q[c] & ~served_class;
        expired[c*Ports +: Ports] = expired_q[c];
      end

      // Locks.
      hold_tick = hold_limit_i != '0 && reached(hold_count_q, hold_limit_i);
      locked    = '0;
      locked_in = '0;
      held      = hold_i & enable_i;
      if (|held) begin
        sum_0 = '0;
        sum_1 = '0;
        sum_2 = '0;
        for (int unsigned three = 0; three < Ports; three = three + 3) begin
          if (three % 18 == 0) begin
            sum_2 = sum_2 | (sum_1 | sum_0);
            sum_1 = '0;
          end else begin
            sum_1 = sum_1 | sum_0;
          end
          sum_0 = '0;
          for (int unsigned o = three; o < three + 3 && o < Ports; o = o + 1) begin
            locked[o] = enable_i[o] && |(pair_q[o*Ports +: Ports] & held) && !(hold_tick && old_out_q[o]);
            sum_0     = sum_0 | (pair_q[o*Ports +: Ports] & {Ports{enable_i[o]}});
          end
        end
        paired_in = sum_2 | (sum_1 | sum_0);
        locked_in = paired_in & held;
        if (hold_tick) locked_in = locked_in & ~old_in_q;
      end
      if (hold_limit_i == '0) begin
        old_out_q    = '0;
        old_in_q     = '0;
        hold_count_q = 16'd1;
      end else if (hold_tick) begin
        old_out_q    = locked;
        old_in_q     = locked_in;
        hold_count_q = 16'd1;
      end else begin
        old_out_q    = old_out_q & locked;
        old_in_q     = old_in_q & locked_in;
        hold_count_q = hold_count_q + 1'b1;
      end

      // The champion of this slot, and of the next.
      champion_out   = '0;
      champion_after = '0;
      if (|live) begin
        for (int unsigned c = 0; c < Classes; c = c + 1) begin
          champion_out = champion_out | live[c*Ports +: Ports];
        end
        champion_after = beyond(champion_out);
        champion_q     = '0;
      end else begin
        champion_q = '0;
        if (|expired) begin
          later = expired & champion_mask_q;
          if (|later) begin
            champion_mask_q = beyond_pair(later);
            champion_q      = later & ~champion_mask_q;
          end else begin
            champion_mask_q = beyond_pair(expired);
            champion_q      = expired & ~champion_mask_q;
          end
        end
      end

      // Multicast. Outputs it wants are lost to unicasts whether served or reserved: those that are
      // neither cannot take a cell in this slot.
      mc_out    = '0;
      mc_takes  = 1'b0;
      mc_turn   = mc_turn_o;
      dest      = '0;
      mc_stays  = 1'b0;
      if (|mc_turn_o || |mc_req_i) begin
        mc_asks   = |((mc_turn_o & mc_req_i) & (enable_i & ~locked_in)) && !(|live);
        dest      = mc_set_i & enable_i;
        avail     = (dest & ready_i) & ~locked;
        mc_served = (mc_whole_i && |(dest & ~avail)) ? '0 : avail;
        mc_stays  = mc_whole_i && |(mc_turn_o & mc_req_i & enable_i) && |dest;
        if (mc_asks) begin
          mc_out = mc_served;
          mc_takes = mc_whole_i ? |dest : |avail;
          if (|mc_served) mc_stays = 1'b0;
        end else begin
          dest = '0;
        end
        if (!mc_stays) begin
          mc_next = mc_req_i & enable_i;
          if (|(mc_next & turn_mask_q)) mc_turn = first_of(mc_next & turn_mask_q);
          else                          mc_turn = first_of(mc_next);
          if (|mc_next) turn_mask_q = beyond(mc_turn);
        end
      end

      // Unicast. Whether the multicast takes its input is known late.
      free_out = (ready_i & enable_i & ~locked) & ~dest;
      free_in  = enable_i & ~locked_in;
      if (!TwoPicks && mc_takes) free_in = free_in & ~mc_turn_o;
      mc_in = (|mc_out) ? mc_turn_o : '0;  // else reserved at most, not granted

      // The order of the classes.
      precedes = '0;
      for (int unsigned a = 0; a < Classes; a = a + 1) begin
        for (int unsigned b = 0; b < Classes; b = b + 1) begin
          if (b != Classes - 1) begin
            if (a == Classes - 1) begin
              precedes[a*Classes + b] = 1'b1;
            end else if (a != b) begin
              // From the wheel on: a comes before b if it is met first.
              precedes[a*Classes + b] = (a < b) ? !(32'(wheel_q) > a && 32'(wheel_q) <= b)
                                              : (32'(wheel_q) > b && 32'(wheel_q) <= a);
            end
          end
        end
      end

      matched   = '0;
      wanted    = '0;
      granted   = '0;
      early     = '0;
      for (int unsigned c = 0; c < Classes; c = c + 1) class_of[c] = class_q[c];
      for (int unsigned k = 0; k < Iterations; k = k + 1) begin
        // Request and grant.
        for (int unsigned c = 0; c < Classes; c = c + 1) begin
          pick_class[c] = '0;
          in_class[c]   = '0;
        end
        for (int unsigned o = 0; o < Ports; o = o + 1) begin
          for (int unsigned c = 0; c < Classes; c = c + 1) begin
            asking[c] = req_i[(c*Ports + o)*Ports +: Ports] & enable_i;
            if (k == 0) asked_q[c][o] = enable_i[o] && |asking[c];
            if (k == 0 && ready_i[o] && asked_q[c][o]) wanted[o] = 1'b1;
            any[c]    = |(asking[c] & free_in);
          end
          if (k == 0 && Classes > 1 && champion_out[o]) begin
            for (int unsigned c = 0; c < Classes; c = c + 1) any[c] = any[c] && live[c*Ports + o];
          end
          row  = asking[0];
          mask = gnt_mask_q[o];
          best = any;
          if (Classes > 1) begin
            row  = '0;
            mask = '0;
            for (int unsigned c = 0; c < Classes; c = c + 1) begin
              for (int unsigned a = 0; a < Classes; a = a + 1) begin
                if (any[a] && precedes[a*Classes + c]) best[c] = 1'b0;
              end
              if (best[c]) row  = row | asking[c];
              if (best[c]) mask = mask | gnt_mask_q[c*Ports + o];
            end
          end
          // Whether the output is free, and whether the multicast takes its input, is known late.
          if (!free_out[o]) begin
            pick[o] = '0;
          end else if (TwoPicks && mc_takes) begin
            any[0]  = |((row & ~mc_turn_o) & free_in);
            pick[o] = first_at(row & ~mc_turn_o, mask, free_in);
          end else begin
            pick[o] = first_at(row, mask, free_in);
          end
          if (k == 0) granted[o] = free_out[o] && |any;
          for (int unsigned c = 0; c < Classes; c = c + 1) begin
            pick_class[c][o] = best[c];
            if (best[c]) in_class[c] = in_class[c] | pick[o];
          end
        end

        // The class that each input accepts.
        champion_in = '0;
        if (Classes > 1 && k == 0 && |champion_out) begin
          for (int unsigned o = 0; o < Ports; o = o + 1) begin
            champion_in = champion_in | (pick[o] & {Ports{champion_out[o]}});
          end
        end
        for (int unsigned c = 0; c < Classes; c = c + 1) begin
          accepts[c] = in_class[c];
          for (int unsigned a = 0; a < Classes; a = a + 1) begin
            if (precedes[a*Classes + c]) accepts[c] = accepts[c] & ~in_class[a];
          end
          if (Classes > 1 && k == 0 && |champion_out) begin
            if (|live[c*Ports +: Ports]) accepts[c] = accepts[c] | champion_in;
            else                         accepts[c] = accepts[c] & ~champion_in;
          end
        end

        // Prefix over the outputs of the grants, and of those at or after the pointer of their input. The
        // champion's counts as such.
        pick_0 = '0;
        pick_1 = '0;
        pick_2 = '0;
        wish_0 = '0;
        wish_1 = '0;
        wish_2 = '0;
        sum_0  = '0;
        sum_1  = '0;
        sum_2  = '0;
        for (int unsigned six = 0; six < Ports; six = six + 6) begin
          if (six % 36 == 0) begin
            pick_2 = pick_2 | (pick_1 | pick_0);
            wish_2 = wish_2 | (wish_1 | wish_0);
            sum_2  = sum_2 | (sum_1 | sum_0);
            pick_1 = '0;
            wish_1 = '0;
            sum_1  = '0;
          end else begin
            pick_1 = pick_1 | pick_0;
            wish_1 = wish_1 | wish_0;
            sum_1  = sum_1 | sum_0;
          end
          pick_0 = '0;
          wish_0 = '0;
          sum_0  = '0;
          for (int unsigned o = six; o < six + 6 && o < Ports; o = o + 1) begin
            mask = acc_mask_q[o];
            if (Classes > 1) begin
              mask       = '0;
              may_accept = '0;
              for (int unsigned c = 0; c < Classes; c = c + 1) begin
                if (pick_class[c][o]) mask       = mask | acc_mask_q[c*Ports + o];
                if (pick_class[c][o]) may_accept = may_accept | accepts[c];
              end
              pick[o] = pick[o] & may_accept;
            end
            if (k == 0) mask = mask | {Ports{champion_out[o]}};
            wish[o]        = pick[o] & mask;
            pick_before[o] = pick_2 | (pick_1 | pick_0);
            wish_before[o] = wish_2 | (wish_1 | wish_0);
            pick_0         = pick_0 | pick[o];
            wish_0         = wish_0 | wish[o];
            if (k == 0) sum_0 = sum_0 | (pick[o] & {Ports{champion_out[o]}});
          end
        end
        any_pick = pick_2 | (pick_1 | pick_0);
        any_wish = wish_2 | (wish_1 | wish_0);
        if (Classes == 1) begin
          accepts[0]  = any_pick;
          champion_in = sum_2 | (sum_1 | sum_0);
        end

        // Accept: an input takes the first grant at or after its pointer, or else the first of all;
        // but that of the champion before any other.
        for (int unsigned o = 0; o < Ports; o = o + 1) begin
          earlier = wish_before[o];
          ahead   = wish_before[o];
          if (k == 0) begin
            earlier = (earlier & ~champion_in) | (champion_in & {Ports{champion_after[o]}});
            ahead   = (ahead | champion_in) & ~{Ports{champion_out[o]}};
          end
          seen = (earlier & any_wish) | (pick_before[o] & ~any_wish);
          won  = (wish[o] & ~ahead) | (pick[o] & ~pick_before[o] & ~any_wish);
          if (k == 0) begin
            for (int unsigned c = 0; c < Classes; c = c + 1) begin
              acc_mask_q[c*Ports + o] = (acc_mask_q[c*Ports + o] & ~accepts[c]) | (seen & accepts[c]);
            end
          end
          if (k == 0) pair[o*Ports +: Ports] = won | (pair_q[o*Ports +: Ports] & {Ports{locked[o]}});
          else        pair[o*Ports +: Ports] = pair[o*Ports +: Ports] | won;
          if (Iterations > 1 || Classes > 1) begin
            if (|won) begin
              matched[o] = 1'b1;
              for (int unsigned c = 0; c < Classes; c = c + 1) class_of[c][o] = pick_class[c][o];
            end
          end
        end
        if (k == 0) early = matched;
        if (Iterations > 1) begin
          free_in  = free_in & ~any_pick;
          free_out = free_out & ~matched;
        end
      end

      // Locked pairs without a cell or without credit stay ungranted.
      stalled = '0;
      if (|locked) begin
        for (int unsigned o = 0; o < Ports; o = o + 1) begin
          if (locked[o]) begin
            row = '0;
            for (int unsigned c = 0; c < Classes; c = c + 1) begin
              if (Classes == 1 || class_q[c][o]) row = req_i[(c*Ports + o)*Ports +: Ports];
            end
            stalled[o] = !(ready_i[o] && |(row & pair_q[o*Ports +: Ports]));
          end
        end
      end

      // Age of the classes; what was served is taken off at the start of the next slot.
      for (int unsigned c = 0; c < Classes; c = c + 1) begin
        age_off_q[c]  = age_limit_i[c*16 +: 16] == '0;
        age_tick_q[c] = reached(age_count_q[c], age_limit_i[c*16 +: 16]);
        age_count_q[c] = age_tick_q[c] ? 16'd1 : age_count_q[c] + 1'b1;
      end

      // The wheel of the lower classes.
      if (Classes > 2) begin
        if (left_q == '0) begin
          wheel_q = (32'(wheel_q) == Classes - 2) ? 2'd0 : wheel_q + 1'b1;
          for (int unsigned c = 0; c + 1 < Classes; c = c + 1) begin
            if (32'(wheel_q) == c) left_q = weight_i[c*8 +: 8];
          end
          if (left_q != '0) left_q = left_q - 1'b1;
        end else begin
          left_q = left_q - 1'b1;
        end
      end

      pair_q    <= pair;
      for (int unsigned c = 0; c < Classes; c = c + 1) class_q[c] <= class_of[c];
      stalled_q <= stalled;
      granted_q <= granted;
      early_q   <= early;
      wanted_q  <= wanted;
      mc_out_q  <= mc_out;
      mc_in_q   <= mc_in;
      mc_turn_o <= mc_turn;
    end
  end

  // The outputs, from the registers of the slot.
  row_t out_pair;
  row_t in_pair;
  row_t in_six;   // inputs granted by some output of six

  always_comb begin : p_outputs
    in_gnt_valid_o = '0;
    in_gnt_idx_o   = '0;
    in_gnt_class_o = '0;
    gnt_class_o    = '0;
    gnt_idx_o      = '0;
    out_pair       = '0;
    in_pair        = '0;
    in_six         = '0;
    for (int unsigned o = 0; o < Ports; o = o + 1) begin
      in_pair = pair_q[o*Ports +: Ports];
      if (o % 6 == 0) begin
        in_gnt_valid_o = in_gnt_valid_o | in_six;
        in_six         = '0;
      end
      in_six = in_six | (in_pair & {Ports{!stalled_q[o]}});
      if (|in_pair) begin
        out_pair[o] = 1'b1;
        for (int unsigned c = 0; c < Classes; c = c + 1) begin
          if (Classes > 1 && class_q[c][o]) gnt_class_o[o*2 +: 2] = 2'(c);
        end
      end
      for (int unsigned b = 0; b < IdxWidth; b = b + 1) begin
        if (((o >> b) & 1) == 1) begin
          in_gnt_idx_o[b*Ports +: Ports] = in_gnt_idx_o[b*Ports +: Ports] | in_pair;
        end
      end
      if (Classes > 1) begin
        for (int unsigned b = 0; b < 2; b = b + 1) begin
          if (gnt_class_o[o*2 + b]) begin
            in_gnt_class_o[b*Ports +: Ports] = in_gnt_class_o[b*Ports +: Ports] | in_pair;
          end
        end
      end
      if (mc_out_q[o]) in_pair = mc_in_q;
      for (int unsigned b = 0; b < IdxWidth; b = b + 1) begin
        gnt_idx_o[o*IdxWidth + b] = |(in_pair & IdxMasks[b*Ports +: Ports]);
      end
    end
    in_gnt_valid_o     = in_gnt_valid_o | in_six | mc_in_q;
    gnt_multicast_o    = mc_out_q;
    in_gnt_multicast_o = mc_in_q;
    gnt_valid_o        = (out_pair & ~stalled_q) | mc_out_q;
    conflict_o         = granted_q & ~((Iterations > 1) ? early_q : out_pair);
    idle_o             = wanted_q & ~gnt_valid_o;
  end

endmodule
