// Assertions of alink_class_arbiter, bound to it in every Verilated model. A failing one names itself and the
// slot, counted from the last reset.
module alink_class_arbiter_sva #(
  parameter int unsigned Ports   = 64,
  parameter int unsigned Classes = 1,
  // Derived; not to be overridden.
  localparam int unsigned IdxWidth = (Ports > 1) ? $clog2(Ports) : 1
) (
  input logic                           clk_i,
  input logic                           rst_ni,
  input logic                           slot_i,
  input logic [Classes*Ports*Ports-1:0] req_i,
  input logic [Ports-1:0]               ready_i,
  input logic [Ports-1:0]               enable_i,
  input logic [Ports-1:0]               hold_i,
  input logic [Ports-1:0]               mc_req_i,
  input logic [Ports-1:0]               mc_set_i,
  input logic                           mc_whole_i,
  input logic [Ports-1:0]               mc_turn_o,
  input logic [Classes*16-1:0]          age_limit_i,
  input logic [15:0]                    hold_limit_i,
  input logic [Ports-1:0]               gnt_valid_o,
  input logic [Ports*IdxWidth-1:0]      gnt_idx_o,
  input logic [Ports*2-1:0]             gnt_class_o,
  input logic [Ports-1:0]               gnt_multicast_o,
  input logic [Ports-1:0]               in_gnt_valid_o,
  input logic [IdxWidth*Ports-1:0]      in_gnt_idx_o,
  input logic [2*Ports-1:0]             in_gnt_class_o,
  input logic [Ports-1:0]               in_gnt_multicast_o,
  input logic [Ports-1:0]               idle_o
);

  // What was asked in the last slot, and what was granted in the one before it.
  logic                           slot_q;
  logic [31:0]                    number_q;
  logic [Classes*Ports*Ports-1:0] req_q;
  logic [Ports-1:0]               can_q;
  logic [Ports-1:0]               enable_q;
  logic [Ports-1:0]               hold_q;
  logic [Ports-1:0]               mc_may_q;
  logic [Ports-1:0]               mc_dest_q;
  logic                           mc_whole_q;
  logic                           plain_q;
  logic                           unlimited_q;
  logic [Ports-1:0]               before_q;
  logic [Ports*IdxWidth-1:0]      before_idx_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_sample
    if (!rst_ni) begin
      slot_q   <= 1'b0;
      number_q <= '0;
      before_q <= '0;
    end else begin
      slot_q <= slot_i;
      if (slot_i) begin
        number_q     <= number_q + 1'b1;
        req_q        <= req_i;
        can_q        <= ready_i & enable_i;
        enable_q     <= enable_i;
        hold_q       <= hold_i;
        mc_may_q     <= mc_turn_o & mc_req_i & enable_i;
        mc_dest_q    <= mc_set_i & enable_i;
        mc_whole_q   <= mc_whole_i;
        plain_q      <= !(|hold_i) && !(|mc_turn_o) && (Classes == 1 || age_limit_i == '0);
        unlimited_q  <= hold_limit_i == '0;
        before_q     <= gnt_valid_o & ~gnt_multicast_o;
        before_idx_q <= gnt_idx_o;
      end
    end
  end

  logic [Ports-1:0] unicast;
  logic [Ports-1:0] unasked;
  logic [Ports-1:0] dropped;

  assign unicast = gnt_valid_o & ~gnt_multicast_o;

  always_comb begin : p_outputs
    unasked = '0;
    dropped = '0;
    for (int unsigned o = 0; o < Ports; o = o + 1) begin
      if (unicast[o]) begin
        unasked[o] = !req_q[(32'(gnt_class_o[o*2 +: 2])*Ports + o)*Ports + 32'(gnt_idx_o[o*IdxWidth +: IdxWidth])];
      end
      // Granted in the slot before, held, both ports up: nobody else gets the output, limit or not.
      if ((|hold_q) && before_q[o] && unlimited_q && enable_q[o] &&
          hold_q[before_idx_q[o*IdxWidth +: IdxWidth]] && enable_q[before_idx_q[o*IdxWidth +: IdxWidth]]) begin
        dropped[o] = gnt_multicast_o[o] || gnt_idx_o[o*IdxWidth +: IdxWidth] != before_idx_q[o*IdxWidth +: IdxWidth];
      end
    end
  end

  // Grants go to outputs that are ready and up.
  GrantToReadyOutput_A: assert property (@(posedge clk_i)
      slot_q |-> (gnt_valid_o & ~can_q) == '0)
    else $error("GrantToReadyOutput_A: slot %0d: outputs %b", number_q, gnt_valid_o & ~can_q);

  // A unicast grant answers a request of its class.
  GrantToAskingInput_A: assert property (@(posedge clk_i)
      slot_q |-> unasked == '0)
    else $error("GrantToAskingInput_A: slot %0d: outputs %b", number_q, unasked);

  // Only ports that are up send.
  GrantToEnabledInput_A: assert property (@(posedge clk_i)
      slot_q |-> (in_gnt_valid_o & ~enable_q) == '0)
    else $error("GrantToEnabledInput_A: slot %0d: inputs %b", number_q, in_gnt_valid_o & ~enable_q);

  // No input is matched twice: as many inputs send unicasts as outputs take them.
  InputMatchedOnce_A: assert property (@(posedge clk_i)
      slot_q |-> $countones(unicast) == $countones(in_gnt_valid_o & ~in_gnt_multicast_o))
    else $error("InputMatchedOnce_A: slot %0d", number_q);

  // At most one input has the turn of multicasts.
  OneMulticastTurn_A: assert property (@(posedge clk_i) $onehot0(mc_turn_o))
    else $error("OneMulticastTurn_A: slot %0d: turn %b", number_q, mc_turn_o);

  // A multicast is that of the input whose turn it is, to outputs it wants.
  MulticastAsked_A: assert property (@(posedge clk_i)
      slot_q |-> (gnt_multicast_o & ~mc_dest_q) == '0 && (in_gnt_multicast_o & ~mc_may_q) == '0 &&
                 (|gnt_multicast_o) == (|in_gnt_multicast_o) && (gnt_multicast_o & ~gnt_valid_o) == '0)
    else $error("MulticastAsked_A: slot %0d: outputs %b", number_q, gnt_multicast_o);

  // A whole multicast goes to all outputs it wants or to none.
  WholeMulticastAtomic_A: assert property (@(posedge clk_i)
      slot_q && mc_whole_q && (|gnt_multicast_o) |-> gnt_multicast_o == mc_dest_q)
    else $error("WholeMulticastAtomic_A: slot %0d: outputs %b of %b", number_q, gnt_multicast_o, mc_dest_q);

  // A held pair keeps its output (without a limit of holds).
  HoldKept_A: assert property (@(posedge clk_i)
      slot_q |-> dropped == '0)
    else $error("HoldKept_A: slot %0d: outputs %b", number_q, dropped);

  // Without holds, multicasts and guard something is granted if anything can be.
  WorkConserving_A: assert property (@(posedge clk_i)
      slot_q && plain_q && (|idle_o) |-> |gnt_valid_o)
    else $error("WorkConserving_A: slot %0d: idle %b", number_q, idle_o);

  // An output that was granted did not idle.
  IdleMeansIdle_A: assert property (@(posedge clk_i) (idle_o & gnt_valid_o) == '0)
    else $error("IdleMeansIdle_A: slot %0d", number_q);

  // Inputs are told the outputs and classes that outputs are told of them. (Up to 16 ports: beyond, the
  // check would take longer than the slot.)
  if (Ports <= 16) begin : gen_views
    logic [Ports-1:0] differ;

    always_comb begin : p_views
      differ = '0;
      for (int unsigned o = 0; o < Ports; o = o + 1) begin
        for (int unsigned i = 0; i < Ports; i = i + 1) begin
          if (unicast[o] && 32'(gnt_idx_o[o*IdxWidth +: IdxWidth]) == i) begin
            if (!in_gnt_valid_o[i]) differ[o] = 1'b1;
            for (int unsigned b = 0; b < IdxWidth; b = b + 1) begin
              if (in_gnt_idx_o[b*Ports + i] != (((o >> b) & 1) == 1)) differ[o] = 1'b1;
            end
            if ({in_gnt_class_o[Ports + i], in_gnt_class_o[i]} != gnt_class_o[o*2 +: 2]) differ[o] = 1'b1;
          end
        end
      end
    end

    ViewsAgree_A: assert property (@(posedge clk_i)
        slot_q |-> differ == '0)
      else $error("ViewsAgree_A: slot %0d: outputs %b", number_q, differ);
  end else begin : gen_no_views
    logic unused;
    assign unused = ^{in_gnt_idx_o, in_gnt_class_o};
  end

  // Between slots nothing changes.
  StableBetweenSlots_A: assert property (@(posedge clk_i)
      !slot_q && number_q != '0 |-> $stable({gnt_valid_o, gnt_idx_o, gnt_class_o, mc_turn_o}))
    else $error("StableBetweenSlots_A: slot %0d", number_q);

endmodule

bind alink_class_arbiter alink_class_arbiter_sva #(.Ports(Ports), .Classes(Classes)) i_sva (.*);
