// Safety properties of alink_class_arbiter, as immediate assertions for Yosys.
//
// Purpose
//   Every input is free in every clock, slots come and go, reset may come in mid-traffic. The only
//   assumptions are that reset is on in the first clock, and what the properties state. They are
//   checked against what the last slot sampled (the arbiter's latency is one clock). The locks and the
//   wheel are worked out here a second time, from inputs and grants alone.
//
// Parameters
//   Ports, Iterations, Classes  those of the arbiter under proof
//   Property                    0: all properties; otherwise the one of that number alone, which lets
//                               a planted bug be shown to break a property and not just the set
//   Induction                   0: from reset on. 1: from every state in which the invariant below holds,
//                               for two clocks: in the second the invariant and the properties must hold.
//                               The proof script connects state_* to the registers of the arbiter.
module alink_class_arbiter_formal #(
  parameter int unsigned Ports      = 4,
  parameter int unsigned Iterations = 1,
  parameter int unsigned Classes    = 1,
  parameter int unsigned Property   = 0,
  parameter int unsigned Induction  = 0,
  // Derived; not to be overridden.
  localparam int unsigned IdxWidth  = (Ports > 1) ? $clog2(Ports) : 1,
  localparam int unsigned ReqWidth  = Classes * Ports * Ports,
  localparam int unsigned Pairs     = Classes * Ports
) (
  input logic                  clk_i,
  input logic                  rst_ni,
  input logic                  slot_i,
  input logic [ReqWidth-1:0]   req_i,
  input logic [Ports-1:0]      ready_i,
  input logic [Ports-1:0]      enable_i,
  input logic [Ports-1:0]      hold_i,
  input logic [Ports-1:0]      mc_req_i,
  input logic [Ports-1:0]      mc_set_i,
  input logic                  mc_whole_i,
  input logic [Classes*8-1:0]  weight_i,
  input logic [Classes*16-1:0] age_limit_i,
  input logic [15:0]           hold_limit_i,
  // A pair of class and output, one-hot, that stays: the one whose wait is counted.
  input logic [Pairs-1:0]      watched_i,
  // The registers of the arbiter, for the invariant.
  input logic [Ports*Ports-1:0]          state_pair,
  input logic [Classes*Ports-1:0]        state_class,
  input logic [Ports-1:0]                state_stalled,
  input logic [Ports-1:0]                state_mc_out,
  input logic [Ports-1:0]                state_mc_in,
  input logic [Ports-1:0]                state_old_out,
  input logic [Ports-1:0]                state_old_in,
  input logic [Classes*Ports-1:0]        state_mark,
  input logic [Classes*Ports-1:0]        state_expired,
  input logic [Classes*Ports-1:0]        state_asked,
  input logic [Classes*16-1:0]           state_age_count,
  input logic [Classes-1:0]              state_age_tick,
  input logic [Classes-1:0]              state_age_off,
  input logic [Classes*Ports-1:0]        state_champion,
  input logic [Classes*Ports-1:0]        state_champion_mask,
  input logic [1:0]                      state_wheel,
  input logic [7:0]                      state_left
);

  logic [Ports-1:0]          mc_turn;
  logic [Ports-1:0]          gnt_valid;
  logic [Ports*IdxWidth-1:0] gnt_idx;
  logic [Ports*2-1:0]        gnt_class;
  logic [Ports-1:0]          gnt_multicast;
  logic [Ports-1:0]          in_gnt_valid;
  logic [IdxWidth*Ports-1:0] in_gnt_idx;
  logic [2*Ports-1:0]        in_gnt_class;
  logic [Ports-1:0]          in_gnt_multicast;
  logic [Ports-1:0]          conflict;
  logic [Ports-1:0]          idle;

  alink_class_arbiter #(
    .Ports      (Ports),
    .Iterations (Iterations),
    .Classes    (Classes)
  ) u_arbiter (
    .clk_i (clk_i), .rst_ni (rst_ni), .slot_i (slot_i), .req_i (req_i), .ready_i (ready_i),
    .enable_i (enable_i), .hold_i (hold_i), .mc_req_i (mc_req_i), .mc_set_i (mc_set_i),
    .mc_whole_i (mc_whole_i), .mc_turn_o (mc_turn), .weight_i (weight_i),
    .age_limit_i (age_limit_i), .hold_limit_i (hold_limit_i), .gnt_valid_o (gnt_valid),
    .gnt_idx_o (gnt_idx), .gnt_class_o (gnt_class), .gnt_multicast_o (gnt_multicast),
    .in_gnt_valid_o (in_gnt_valid), .in_gnt_idx_o (in_gnt_idx), .in_gnt_class_o (in_gnt_class),
    .in_gnt_multicast_o (in_gnt_multicast), .conflict_o (conflict), .idle_o (idle)
  );

  // What the last slot sampled, and what the outputs were before the last clock.
  logic                started_q = 1'b0;
  logic                rst_nq;
  logic                slot_q;
  logic [ReqWidth-1:0] req_q;
  logic [Ports-1:0]    ready_q;
  logic [Ports-1:0]    enable_q;
  logic [Ports-1:0]    hold_q;
  logic [Ports-1:0]    mc_req_q;
  logic [Ports-1:0]    mc_set_q;
  logic                mc_whole_q;
  logic [Ports-1:0]    mc_turn_q;
  logic [15:0]         hold_limit_q;
  logic                guard_q = 1'b0;        // some class had its guard on in this slot or before
  logic                limited_q = 1'b0;      // a hold limit was on in this slot or before
  logic [Ports-1:0]          gnt_valid_q;
  logic [Ports*IdxWidth-1:0] gnt_idx_q;
  logic [Ports*2-1:0]        gnt_class_q;
  logic [Ports-1:0]          gnt_multicast_q;
  // The pairs of the slot before: input and class of outputs matched by unicast, or locked.
  logic [Ports-1:0]          lockable_q = '0;
  logic [Ports-1:0]          lockable;        // the same after the slot
  logic [Ports-1:0]          kept;            // outputs that stay locked if no limit breaks them
  logic [1:0]                wheel_q = '0;
  logic [7:0]                left_q = '0;
  logic [1:0]                wheel_of_slot_q = '0;  // the wheel that the last slot saw

  function automatic logic [1:0] next_wheel(input logic [1:0] wheel);
    next_wheel = (32'(wheel) + 2 >= Classes) ? 2'd0 : wheel + 2'd1;
  endfunction

  always_ff @(posedge clk_i) begin : p_sample
    logic [7:0] weight;
    started_q   <= 1'b1;
    rst_nq      <= rst_ni;
    slot_q      <= slot_i;
    gnt_valid_q <= gnt_valid;
    gnt_idx_q   <= gnt_idx;
    gnt_class_q <= gnt_class;
    gnt_multicast_q <= gnt_multicast;
    if (!rst_ni) begin
      lockable_q      <= '0;
      wheel_q         <= '0;
      left_q          <= '0;
      guard_q         <= 1'b0;
      limited_q       <= 1'b0;
      mc_turn_q       <= '0;
    end else begin
      if (slot_q) lockable_q <= lockable;
      if (slot_i) begin
        req_q <= req_i; ready_q <= ready_i; enable_q <= enable_i; hold_q <= hold_i;
        mc_req_q <= mc_req_i; mc_set_q <= mc_set_i; mc_whole_q <= mc_whole_i; mc_turn_q <= mc_turn;
        hold_limit_q <= hold_limit_i;
        guard_q <= guard_q || age_limit_i != '0;
        limited_q <= limited_q || hold_limit_i != '0;
        wheel_of_slot_q <= wheel_q;
        if (Classes > 2) begin
          weight = weight_i[8*32'(next_wheel(wheel_q)) +: 8];
          if (left_q == '0) begin
            wheel_q <= next_wheel(wheel_q);
            left_q  <= (weight == '0) ? 8'd0 : weight - 8'd1;
          end else begin
            left_q <= left_q - 8'd1;
          end
        end
      end
    end
  end

  logic [Ports-1:0] used;       // inputs with a unicast grant
  logic legal;                  // an index names an input, a class exists
  logic live;                   // a unicast grant answers a request of enabled ports, with credit
  logic exclusive;              // an input has one unicast grant
  logic views;                  // outputs and inputs tell the same
  logic multicast;              // the rules of the multicast
  logic hold_keeps;             // a kept pair is granted again or not at all
  logic hold_alone;             // its input gets nothing else
  logic strict;                 // nobody passes the highest class
  logic weighted;               // nor the wheel
  logic [Ports-1:0] work;       // outputs that a free input asks
  logic [IdxWidth-1:0] idx;
  logic [IdxWidth-1:0] kept_idx;
  logic [1:0] class_of;
  logic [Ports-1:0] busy;       // inputs that no unicast may use

  always_comb begin
    used = '0; legal = 1'b1; live = 1'b1; exclusive = 1'b1; views = 1'b1; multicast = 1'b1;
    hold_keeps = 1'b1; hold_alone = 1'b1; strict = 1'b1; weighted = 1'b1; work = '0; kept = '0;
    idx = '0; kept_idx = '0; class_of = '0; lockable = '0;
    busy = in_gnt_multicast | (mc_turn_q & {Ports{mc_whole_q}});
    for (int unsigned o = 0; o < Ports; o = o + 1) begin
      idx      = gnt_idx[o*IdxWidth +: IdxWidth];
      class_of = gnt_class[o*2 +: 2];
      if (gnt_valid[o] && (32'(idx) >= Ports || 32'(class_of) >= Classes)) legal = 1'b0;
      for (int unsigned i = 0; i < Ports; i = i + 1) begin
        if (gnt_valid[o] && 32'(idx) == i) begin
          if (gnt_multicast[o]) begin
            if (!in_gnt_multicast[i] || !in_gnt_valid[i] || class_of != '0) views = 1'b0;
            if (!mc_turn_q[i] || !mc_req_q[i] || !enable_q[i]) multicast = 1'b0;
            if (!mc_set_q[o] || !enable_q[o] || !ready_q[o])   multicast = 1'b0;
          end else begin
            if (used[i] || in_gnt_multicast[i]) exclusive = 1'b0;
            used[i] = 1'b1;
            if (!in_gnt_valid[i]) views = 1'b0;
            for (int unsigned b = 0; b < IdxWidth; b = b + 1) begin
              if (in_gnt_idx[b*Ports + i] != (((o >> b) & 1) == 1)) views = 1'b0;
            end
            if (in_gnt_class[i] != class_of[0] || in_gnt_class[Ports + i] != class_of[1]) views = 1'b0;
            if (!ready_q[o] || !enable_q[o] || !enable_q[i]) live = 1'b0;
            for (int unsigned c = 0; c < Classes; c = c + 1) begin
              if (32'(class_of) == c && !req_q[(c*Ports + o)*Ports + i]) live = 1'b0;
            end
          end
        end
      end
      // The kept pairs.
      kept_idx = gnt_idx_q[o*IdxWidth +: IdxWidth];
      for (int unsigned i = 0; i < Ports; i = i + 1) begin
        if (lockable_q[o] && 32'(kept_idx) == i && hold_q[i] && enable_q[i] && enable_q[o] &&
            hold_limit_q == '0) begin
          kept[o] = 1'b1;
          busy[i] = 1'b1;
          if (gnt_valid[o] && (32'(idx) != i || gnt_multicast[o])) hold_keeps = 1'b0;
          if (gnt_valid[o] && class_of != gnt_class_q[o*2 +: 2])   hold_keeps = 1'b0;
          for (int unsigned c = 0; c < Classes; c = c + 1) begin
            if (32'(gnt_class_q[o*2 +: 2]) == c && ready_q[o] &&
                req_q[(c*Ports + o)*Ports + i] && !gnt_valid[o]) hold_keeps = 1'b0;
          end
          if (in_gnt_multicast[i]) hold_alone = 1'b0;
          for (int unsigned p = 0; p < Ports; p = p + 1) begin
            if (p != o && gnt_valid[p] && 32'(gnt_idx[p*IdxWidth +: IdxWidth]) == i) hold_alone = 1'b0;
          end
        end
      end
      lockable[o] = kept[o] || (gnt_valid[o] && !gnt_multicast[o]);
    end
    if ((in_gnt_valid & ~in_gnt_multicast) != used) views = 1'b0;
    if ((|in_gnt_multicast) != (|gnt_multicast))     views = 1'b0;
    // Whole means all of the enabled outputs wanted, or none.
    if (|gnt_multicast && mc_whole_q && gnt_multicast != (mc_set_q & enable_q)) multicast = 1'b0;
    if ((in_gnt_multicast & (in_gnt_multicast - 1'b1)) != '0) multicast = 1'b0;
    // Class policy, by the inputs that were free for all of the first iteration.
    for (int unsigned o = 0; o < Ports; o = o + 1) begin
      for (int unsigned a = 0; a < Classes; a = a + 1) begin
        if (|(req_q[(a*Ports + o)*Ports +: Ports] & enable_q & ~busy)) begin
          if (ready_q[o] && enable_q[o] && !kept[o]) work[o] = 1'b1;
          for (int unsigned c = 0; c < Classes; c = c + 1) begin
            if (gnt_valid[o] && !gnt_multicast[o] && !kept[o] && 32'(gnt_class[o*2 +: 2]) == c &&
                c != Classes - 1 && a != c) begin
              if (a == Classes - 1) strict = 1'b0;
              else if ((a + Classes - 1 - 32'(wheel_of_slot_q)) % (Classes - 1) <
                       (c + Classes - 1 - 32'(wheel_of_slot_q)) % (Classes - 1)) weighted = 1'b0;
            end
          end
        end
      end
    end
  end

  // The wait of the watched pair: slots on end in which its output was enabled and had credit, an enabled
  // input asked for its class, nobody held, its age limit was on and the same in all of them, and yet it was
  // passed over.
  logic [Pairs-1:0] watched_q;
  logic [19:0]      passed_q = '0;
  logic [19:0]      passed;       // with the last slot
  logic             counts;       // the slot that is sampled now counts
  logic             counts_q;
  logic             same_q;       // with the limit of the slot before it: otherwise it is the first
  logic             served;       // the watched pair was granted in the last slot
  logic [15:0]      limit;        // its age limit
  logic [15:0]      limit_q = '0;

  always_comb begin
    counts = 1'b0; served = 1'b0; limit = '0;
    for (int unsigned c = 0; c < Classes; c = c + 1) begin
      for (int unsigned o = 0; o < Ports; o = o + 1) begin
        if (watched_q[c*Ports + o]) begin
          limit  = age_limit_i[c*16 +: 16];
          counts = ready_i[o] && enable_i[o] && |(req_i[(c*Ports + o)*Ports +: Ports] & enable_i) &&
                   hold_i == '0 && limit != '0;
          served = gnt_valid[o] && !gnt_multicast[o] && 32'(gnt_class[o*2 +: 2]) == c;
        end
      end
    end
    passed = passed_q;
    if (slot_q) passed = (served || !counts_q) ? 20'd0 : (same_q ? passed_q : 20'd0) + 20'd1;
  end

  always_ff @(posedge clk_i) begin : p_wait
    watched_q <= watched_i;
    if (!rst_ni) begin
      passed_q <= '0;
      limit_q  <= '0;
      counts_q <= 1'b0;
    end else begin
      passed_q <= passed;
      if (slot_i) begin
        limit_q  <= limit;
        counts_q <= counts;
        same_q   <= limit == limit_q;
      end
    end
  end

  logic             step_q = 1'b0;  // the second clock of the induction

  logic [18:0]      invariant;
  logic [Ports-1:0] paired;     // outputs with a pair
  logic [Ports-1:0] paired_in;  // inputs with a pair
  logic [Ports-1:0] old_in;
  logic [Ports-1:0] row;
  logic [1:0]       seen_classes;
  logic [Ports-1:0] keeps;      // outputs that stay with their input if it holds

  logic [Pairs-1:0] marked;     // the marks, and what has expired, with the last slot
  logic [Pairs-1:0] expired;
  logic [Pairs-1:0] waits;
  logic [Pairs-1:0] champion;   // that still waits
  logic             watched_off;
  logic             one_watched;
  logic [15:0]      count;      // of the class of the watched pair
  logic [19:0]      ahead;      // pairs between the champion pointer and the watched one
  logic [19:0]      remaining;  // slots in which it may yet be passed over
  logic [19:0]      bound;      // the claim

  function automatic logic [19:0] ones(input logic [Pairs-1:0] bits);
    ones = '0;
    for (int unsigned k = 0; k < Pairs; k = k + 1) ones = ones + {19'd0, bits[k]};
  endfunction

  function automatic logic at_most_one(input logic [Ports-1:0] bits);
    at_most_one = (bits & (bits - 1'b1)) == '0;
  endfunction

  always_ff @(posedge clk_i) step_q <= 1'b1;

  always_comb begin
    invariant = '1; paired = '0; paired_in = '0; old_in = '0; row = '0; keeps = '0; seen_classes = '0;
    // Pairs: at most one input to an output, and one output to an input; each of one class.
    for (int unsigned o = 0; o < Ports; o = o + 1) begin
      row = state_pair[o*Ports +: Ports];
      paired[o] = |row;
      if (!at_most_one(row) || (row & paired_in) != '0) invariant[0] = 1'b0;
      paired_in = paired_in | row;
      old_in    = old_in | (row & {Ports{state_old_out[o]}});
      seen_classes = 2'd0;
      for (int unsigned c = 0; c < Classes; c = c + 1) begin
        if (state_class[c*Ports + o] && seen_classes != 2'd2) seen_classes = seen_classes + 2'd1;
      end
      if (Classes > 1 && paired[o] && seen_classes != 2'd1) invariant[1] = 1'b0;
    end
    if ((state_stalled & ~paired) != '0) invariant[2] = 1'b0;
    // Old locks are locks, and the same by output and by input.
    if ((state_old_out & ~paired) != '0 || state_old_in != old_in) invariant[3] = 1'b0;
    // The multicast takes its own input and outputs.
    if (!at_most_one(state_mc_in) || (|state_mc_in) != (|state_mc_out)) invariant[4] = 1'b0;
    if ((state_mc_in & paired_in) != '0 || (state_mc_out & paired) != '0) invariant[5] = 1'b0;
    // One turn, one champion, a wheel that stands at one of the lower classes.
    if (!at_most_one(mc_turn)) invariant[6] = 1'b0;
    if ((state_champion & (state_champion - 1'b1)) != '0) invariant[7] = 1'b0;
    if (state_wheel != wheel_q || state_left != left_q) invariant[8] = 1'b0;
    if (32'(state_wheel) != 0 && 32'(state_wheel) + 1 >= Classes) invariant[9] = 1'b0;
    // What is worked out here a second time agrees.
    keeps = slot_q ? lockable : lockable_q;
    if ((keeps & ~paired) != '0 || (!limited_q && keeps != paired)) invariant[10] = 1'b0;
    // A guard and a limit that were never on have left no trace.
    if (!guard_q && (state_mark != '0 || state_expired != '0 || state_champion != '0 ||
                     (state_age_tick & ~state_age_off) != '0)) invariant[11] = 1'b0;
    if (!limited_q && state_old_out != '0) invariant[12] = 1'b0;

    // The guard. The champion pointer stands beyond the champion.
    if (((state_champion_mask << 1) & ~state_champion_mask) != '0) invariant[13] = 1'b0;
    if (state_champion != '0 && state_champion_mask != ~((state_champion - 1'b1) | state_champion)) invariant[13] = 1'b0;
    marked = '0; expired = '0; waits = '0; count = 16'd1; watched_off = 1'b0;
    for (int unsigned c = 0; c < Classes; c = c + 1) begin
      waits[c*Ports +: Ports] = state_asked[c*Ports +: Ports] &
          ~(paired & ~state_stalled & ((Classes == 1) ? {Ports{1'b1}} : state_class[c*Ports +: Ports]));
      if (state_age_off[c]) begin
        marked[c*Ports +: Ports]  = '0;
        expired[c*Ports +: Ports] = '0;
      end else if (state_age_tick[c]) begin
        expired[c*Ports +: Ports] = (state_expired[c*Ports +: Ports] | state_mark[c*Ports +: Ports]) & waits[c*Ports +: Ports];
        marked[c*Ports +: Ports]  = waits[c*Ports +: Ports];
      end else begin
        expired[c*Ports +: Ports] = state_expired[c*Ports +: Ports] & waits[c*Ports +: Ports];
        marked[c*Ports +: Ports]  = state_mark[c*Ports +: Ports] & waits[c*Ports +: Ports];
      end
      if (|watched_q[c*Ports +: Ports]) begin
        count       = state_age_count[c*16 +: 16];
        watched_off = state_age_off[c];
      end
    end
    champion  = state_champion & expired;
    ahead     = (|(watched_q & state_champion_mask)) ? ones(state_champion_mask & (watched_q - 1'b1))
                                                     : ones(state_champion_mask) + ones(watched_q - 1'b1);
    one_watched = watched_q != '0 && (watched_q & (watched_q - 1'b1)) == '0;
    bound     = {3'd0, limit_q, 1'b0} + 20'(2 * Pairs - 1);
    remaining = (|(champion & watched_q)) ? 20'd0 : (ahead << 1) + ((|champion) ? 20'd2 : 20'd1);
    if (count == '0) invariant[14] = 1'b0;
    if (passed != '0) begin
      // It waits; the tick of its class comes after at most the limit; and the wait so far, by where it is.
      if (!(|(waits & watched_q)) || watched_off || limit_q == '0 || count > limit_q) invariant[15] = 1'b0;
      if (!(|(marked & watched_q)) && !(|(expired & watched_q)) && passed >= {4'd0, count}) invariant[16] = 1'b0;
      if (|(marked & watched_q) && !(|(expired & watched_q)) &&
          passed >= {4'd0, limit_q} + {4'd0, count}) invariant[17] = 1'b0;
      if (|(expired & watched_q) && (passed > bound || passed + remaining > bound)) invariant[18] = 1'b0;
    end
  end

  // Reset is on in the first clock and free afterwards; or the invariant holds in the first clock.
  always_comb begin
    if (Induction == 0) begin
      if (!started_q) assume (!rst_ni && watched_i != '0 && (watched_i & (watched_i - 1'b1)) == '0);
      else assume (watched_i == watched_q);
    end else begin
      if (!step_q) begin
        assume (started_q && one_watched && watched_i == watched_q && (!rst_ni || &invariant));
      end else begin
        assert (!rst_ni || invariant[0]);
        assert (!rst_ni || invariant[1]);
        assert (!rst_ni || invariant[2]);
        assert (!rst_ni || invariant[3]);
        assert (!rst_ni || invariant[4]);
        assert (!rst_ni || invariant[5]);
        assert (!rst_ni || invariant[6]);
        assert (!rst_ni || invariant[7]);
        assert (!rst_ni || invariant[8]);
        assert (!rst_ni || invariant[9]);
        assert (!rst_ni || invariant[10]);
        assert (!rst_ni || invariant[11]);
        assert (!rst_ni || invariant[12]);
        assert (!rst_ni || invariant[13]);
        assert (!rst_ni || invariant[14]);
        assert (!rst_ni || invariant[15]);
        assert (!rst_ni || invariant[16]);
        assert (!rst_ni || invariant[17]);
        assert (!rst_ni || invariant[18]);
      end
    end
  end

  always_comb if (Induction == 0 || step_q) begin
    if (started_q && rst_nq && rst_ni && slot_q) begin
      // 1: an index names an input, a class is one of the classes.
      if (Property == 0 || Property == 1) assert (legal);
      // 2: a grant answers a request live at the edge, of enabled ports, to an output with credit.
      if (Property == 0 || Property == 2) assert (live);
      // 3: no input is matched twice (an output cannot be: it has one index).
      if (Property == 0 || Property == 3) assert (exclusive);
      // 4: work conservation: if free inputs ask a free output, somebody is granted. (The champion may
      //    leave its output idle, and a waiting multicast reserves outputs: neither is in play here.)
      if (Property == 0 || Property == 4) begin
        if (!guard_q && mc_turn_q == '0 && !limited_q && |work) assert (|(gnt_valid & ~kept));
      end
      // 5: the outputs as seen by inputs and by outputs are the same matching.
      if (Property == 0 || Property == 5) assert (views);
      // 7: strict class: with the guard off, one iteration and no multicast in play, an output grants a
      //    lower class only if no free input asks it for the highest.
      if (Property == 0 || Property == 7) begin
        if (Iterations == 1 && !guard_q && !limited_q) assert (strict);
      end
      // 8: and in the order of the wheel below it.
      if (Property == 0 || Property == 8) begin
        if (Iterations == 1 && !guard_q && !limited_q) assert (weighted);
      end
      // 9: a kept pair stays: same input, same class, granted whenever it asks and has credit.
      if (Property == 0 || Property == 9) assert (hold_keeps);
      // 10: and its input gets nothing else.
      if (Property == 0 || Property == 10) assert (hold_alone);
      // 11: a multicast is granted to its turn only, within its set, whole if it must be.
      if (Property == 0 || Property == 11) assert (multicast);
      // 12: conflicts and idle outputs are none that were granted.
      if (Property == 0 || Property == 12) assert ((idle & gnt_valid) == '0 && (idle & ~(ready_q & enable_q)) == '0);
    end
    // 6: nothing is granted in reset or in the clock after it.
    if (Property == 0 || Property == 6) begin
      if (started_q && (!rst_nq || !rst_ni)) assert (gnt_valid == '0 && in_gnt_valid == '0);
    end
    // 13: a clock without slot changes nothing.
    if (Property == 0 || Property == 13) begin
      if (started_q && rst_nq && rst_ni && !slot_q) begin
        assert (gnt_valid == gnt_valid_q && gnt_idx == gnt_idx_q && gnt_class == gnt_class_q &&
                gnt_multicast == gnt_multicast_q);
      end
    end
    // 15: the guard: the wait has a bound. (Searched for from reset only if asked: the counters are long.)
    if (Property == 15 || (Property == 0 && Induction != 0)) begin
      assert (!rst_ni || passed <= bound);
    end
    // 14: at most one turn.
    if (Property == 0 || Property == 14) assert ((mc_turn & (mc_turn - 1'b1)) == '0 || !started_q);
  end

endmodule
