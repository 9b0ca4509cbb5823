// Assertions of alink_arbiter, bound to it in every Verilated model. A failing one names itself and the
// slot, counted from the last reset.
module alink_arbiter_sva #(
  parameter int unsigned Ports = 64,
  // Derived; not to be overridden.
  localparam int unsigned IdxWidth = (Ports > 1) ? $clog2(Ports) : 1
) (
  input logic                      clk_i,
  input logic                      rst_ni,
  input logic [Ports*Ports-1:0]    req_i,
  input logic [Ports-1:0]          ready_i,
  input logic [Ports-1:0]          gnt_valid_o,
  input logic [Ports*IdxWidth-1:0] gnt_idx_o
);

  // All is done once in a clock, with variables of the process alone, as in the arbiter itself.
  always_ff @(posedge clk_i or negedge rst_ni) begin : p_check
    // What the last clock sampled.
    logic                   slot_q;    // there was one since reset
    logic [31:0]            number_q;
    logic [Ports*Ports-1:0] req_q;
    logic [Ports-1:0]       ready_q;
    // Work of one clock.
    logic [IdxWidth-1:0]    idx;
    logic [Ports-1:0]       unasked;   // outputs whose grant answers nothing
    logic [Ports-1:0]       used;      // inputs that were granted
    logic [Ports-1:0]       possible;  // outputs that could have been granted

    if (!rst_ni) begin
      slot_q   = 1'b0;
      number_q = '0;
    end else begin
      if (!slot_q) begin
        // Before the first slot after a reset nothing is granted.
        NothingGrantedInReset_A: assert (gnt_valid_o == '0)
          else $error("NothingGrantedInReset_A: slot %0d: outputs %b", number_q, gnt_valid_o);
      end else begin
        unasked = '0;
        used    = '0;
        for (int unsigned o = 0; o < Ports; o = o + 1) begin
          if (gnt_valid_o[o]) begin
            idx = gnt_idx_o[o*IdxWidth +: IdxWidth];
            if (32'(idx) >= Ports) begin
              unasked[o] = 1'b1;
            end else begin
              unasked[o] = !req_q[o*Ports + 32'(idx)];
              used[idx]  = 1'b1;
            end
          end
        end

        // Grants go to outputs that are ready.
        GrantToReadyOutput_A: assert ((gnt_valid_o & ~ready_q) == '0)
          else $error("GrantToReadyOutput_A: slot %0d: outputs %b", number_q, gnt_valid_o & ~ready_q);

        // A grant answers a request.
        GrantToAskingInput_A: assert (unasked == '0)
          else $error("GrantToAskingInput_A: slot %0d: outputs %b", number_q, unasked);

        // No input is matched twice: as many inputs as outputs. (No output can be: it has one index.)
        InputMatchedOnce_A: assert ($countones(used) == $countones(gnt_valid_o) || unasked != '0)
          else $error("InputMatchedOnce_A: slot %0d: inputs %b", number_q, used);

        // Something is granted if anything can be.
        if (gnt_valid_o == '0) begin
          for (int unsigned o = 0; o < Ports; o = o + 1) begin
            possible[o] = ready_q[o] && |req_q[o*Ports +: Ports];
          end
          WorkConserving_A: assert (possible == '0)
            else $error("WorkConserving_A: slot %0d: outputs %b", number_q, possible);
        end
      end
      slot_q   = 1'b1;
      number_q = number_q + 1'b1;
      req_q    = req_i;
      ready_q  = ready_i;
    end
  end

endmodule

bind alink_arbiter alink_arbiter_sva #(.Ports(Ports)) i_sva (.*);
