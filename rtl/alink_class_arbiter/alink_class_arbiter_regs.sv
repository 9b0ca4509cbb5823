// Registers and counters of the ALink arbiter behind an APB.
//
// Purpose
//   Firmware tunes the scheduler (weights, age limits, hold limit, port enables) and reads what it did
//   (slots, grants per class and output, conflicts, idle outputs with work waiting, multicast grants).
//   The map is registers/alink_class_arbiter.rdl.
//
// Contract
//   - An access takes two clocks, `pready_o` is always high. `prdata_o` and `pslverr_o` are sampled in
//     the set-up phase and valid in the access phase; a write acts at the end of its access phase, so
//     on the next slot.
//   - An address without a register, and a write to a read-only one, gives `pslverr_o` and changes
//     nothing. Registers of ports or classes beyond the parameters read 0 and ignore writes.
//   - The rows of a slot (grants, conflicts, idle) are counted in the clock after it, if
//     CONTROL.COUNT was set in the slot. CONTROL.CLEAR zeroes every counter and the slot in flight.
//
// Parameters
//   Ports, Iterations, Classes   those of the scheduler beside it
//
// Trade-offs
//   - The grant counters are bit-sliced, a row of Ports bits for each of their 32 bits: all outputs
//     count at once and the carry usually dies after a few rows. A read gathers a column.
module alink_class_arbiter_regs #(
  parameter int unsigned Ports      = 64,
  parameter int unsigned Iterations = 1,
  parameter int unsigned Classes    = 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  input  logic                  psel_i,
  input  logic                  penable_i,
  input  logic                  pwrite_i,
  input  logic [15:0]           paddr_i,
  input  logic [31:0]           pwdata_i,
  output logic [31:0]           prdata_o,
  output logic                  pready_o,
  output logic                  pslverr_o,

  output logic [Ports-1:0]      enable_o,
  output logic [Classes*8-1:0]  weight_o,
  output logic [Classes*16-1:0] age_limit_o,
  output logic [15:0]           hold_limit_o,

  input  logic                  slot_i,
  input  logic [Ports-1:0]      gnt_valid_i,
  input  logic [Ports*2-1:0]    gnt_class_i,
  input  logic [Ports-1:0]      gnt_multicast_i,
  input  logic [Ports-1:0]      conflict_i,
  input  logic [Ports-1:0]      idle_i
);

  typedef logic [Ports-1:0] row_t;

  localparam int unsigned OutIdxWidth = (Ports > 1) ? $clog2(Ports) : 1;

  // The number of ones of a row.
  function automatic logic [63:0] ones(input row_t row);
    logic [7:0] sum;
    sum = '0;
    for (int unsigned o = 0; o < Ports; o = o + 1) sum = sum + {7'd0, row[o]};
    ones = {56'd0, sum};
  endfunction

  assign pready_o = 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin : p_registers
    logic        count_q;                     // CONTROL.COUNT
    logic        slot_q;                      // the rows at the inputs are still to be counted
    logic [63:0] slots_q;
    logic [63:0] conflicts_q;
    logic [63:0] idle_waiting_q;
    logic [63:0] multicast_grants_q;
    row_t        grants_q [0:32*Classes-1];   // [c*32+b][o]: bit b of the counter of class c, output o
    logic        count;
    logic [Classes*8-1:0]  weight;
    logic [Classes*16-1:0] age_limit;
    row_t        enable;
    row_t        carry;
    row_t        sum;
    logic        defined;
    logic        read_only;
    logic        write;
    logic [31:0] data;

    if (!rst_ni) begin
      prdata_o     <= '0;
      pslverr_o    <= 1'b0;
      enable_o     <= {Ports{alink_class_arbiter_reg_pkg::PortEnableReset[0]}};
      hold_limit_o <= alink_class_arbiter_reg_pkg::HoldLimitReset;
      for (int unsigned c = 0; c < Classes; c = c + 1) begin
        weight_o[c*8 +: 8]      <= alink_class_arbiter_reg_pkg::WeightReset;
        age_limit_o[c*16 +: 16] <= alink_class_arbiter_reg_pkg::AgeLimitReset;
      end
      count_q            = alink_class_arbiter_reg_pkg::ControlCountReset;
      slot_q             = 1'b0;
      slots_q            = '0;
      conflicts_q        = '0;
      idle_waiting_q     = '0;
      multicast_grants_q = '0;
      for (int unsigned k = 0; k < 32 * Classes; k = k + 1) grants_q[k] = '0;
    end else begin
      // The slot before this clock.
      if (slot_q) begin
        slots_q = slots_q + 64'd1;
        if (|conflict_i)      conflicts_q        = conflicts_q + ones(conflict_i);
        if (|idle_i)          idle_waiting_q     = idle_waiting_q + ones(idle_i);
        if (|gnt_multicast_i) multicast_grants_q = multicast_grants_q + ones(gnt_multicast_i);
        for (int unsigned c = 0; c < Classes; c = c + 1) begin
          carry = gnt_valid_i & ~gnt_multicast_i;
          if (Classes > 1) begin
            for (int unsigned o = 0; o < Ports; o = o + 1) begin
              if (gnt_class_i[o*2 +: 2] != 2'(c)) carry[o] = 1'b0;
            end
          end
          for (int unsigned b = 0; b < 32; b = b + 1) begin
            if (|carry) begin
              sum                = grants_q[c*32 + b];
              grants_q[c*32 + b] = sum ^ carry;
              carry              = sum & carry;
            end
          end
        end
      end
      count  = count_q;
      slot_q = slot_i && count;

      if (psel_i) begin
        // What the address names, and what it reads.
        defined   = 1'b1;
        read_only = 1'b0;
        write     = penable_i && pwrite_i;
        data      = '0;
        weight    = weight_o;
        age_limit = age_limit_o;
        enable    = enable_o;
        if (paddr_i[1:0] != 2'b00) begin
          defined = 1'b0;
        end else if (paddr_i[15:11] == alink_class_arbiter_reg_pkg::GrantsOffset[15:11]) begin
          read_only = 1'b1;
          for (int unsigned c = 0; c < Classes; c = c + 1) begin
            if (paddr_i[10:9] == 2'(c) && 32'(paddr_i[8:2]) < Ports) begin
              for (int unsigned b = 0; b < 32; b = b + 1) begin
                sum     = grants_q[c*32 + b];
                data[b] = sum[paddr_i[2 +: OutIdxWidth]];
              end
            end
          end
        end else begin
          unique case ({paddr_i[15:4], 4'b0000})
            alink_class_arbiter_reg_pkg::CapabilityOffset: begin
              if (paddr_i[3:0] == alink_class_arbiter_reg_pkg::CapabilityOffset[3:0]) begin
                read_only = 1'b1;
                data[alink_class_arbiter_reg_pkg::CapabilityPortsLsb +: 8]      = 8'(Ports);
                data[alink_class_arbiter_reg_pkg::CapabilityIterationsLsb +: 3] = 3'(Iterations);
                data[alink_class_arbiter_reg_pkg::CapabilityClassesLsb +: 3]    = 3'(Classes);
              end else if (paddr_i[3:0] == alink_class_arbiter_reg_pkg::ControlOffset[3:0]) begin
                data[alink_class_arbiter_reg_pkg::ControlCountBit] = count_q;
                if (write) begin
                  count_q = pwdata_i[alink_class_arbiter_reg_pkg::ControlCountBit];
                  if (pwdata_i[alink_class_arbiter_reg_pkg::ControlClearBit]) begin
                    slot_q             = 1'b0;
                    slots_q            = '0;
                    conflicts_q        = '0;
                    idle_waiting_q     = '0;
                    multicast_grants_q = '0;
                    for (int unsigned k = 0; k < 32 * Classes; k = k + 1) grants_q[k] = '0;
                  end
                end
              end else if (paddr_i[3:0] == alink_class_arbiter_reg_pkg::HoldLimitOffset[3:0]) begin
                data = {16'd0, hold_limit_o};
                if (write) hold_limit_o <= pwdata_i[15:0];
              end else begin
                defined = 1'b0;
              end
            end
            alink_class_arbiter_reg_pkg::WeightOffset: begin
              for (int unsigned c = 0; c < Classes; c = c + 1) begin
                if (paddr_i[3:2] == 2'(c)) begin
                  data = {24'd0, weight[c*8 +: 8]};
                  if (write) weight[c*8 +: 8] = pwdata_i[7:0];
                end
              end
            end
            alink_class_arbiter_reg_pkg::AgeLimitOffset: begin
              for (int unsigned c = 0; c < Classes; c = c + 1) begin
                if (paddr_i[3:2] == 2'(c)) begin
                  data = {16'd0, age_limit[c*16 +: 16]};
                  if (write) age_limit[c*16 +: 16] = pwdata_i[15:0];
                end
              end
            end
            alink_class_arbiter_reg_pkg::PortEnableOffset: begin
              for (int unsigned p = 0; p < Ports; p = p + 1) begin
                if (paddr_i[3:2] == 2'(p >> 5)) begin
                  data[5'(p)] = enable[p];
                  if (write) enable[p] = pwdata_i[5'(p)];
                end
              end
            end
            alink_class_arbiter_reg_pkg::SlotsLoOffset, alink_class_arbiter_reg_pkg::IdleWaitingLoOffset: begin
              read_only = 1'b1;
              case ({paddr_i[4], paddr_i[3:2]})
                alink_class_arbiter_reg_pkg::SlotsLoOffset[4:2]:           data = slots_q[31:0];
                alink_class_arbiter_reg_pkg::SlotsHiOffset[4:2]:           data = slots_q[63:32];
                alink_class_arbiter_reg_pkg::ConflictsLoOffset[4:2]:       data = conflicts_q[31:0];
                alink_class_arbiter_reg_pkg::ConflictsHiOffset[4:2]:       data = conflicts_q[63:32];
                alink_class_arbiter_reg_pkg::IdleWaitingLoOffset[4:2]:     data = idle_waiting_q[31:0];
                alink_class_arbiter_reg_pkg::IdleWaitingHiOffset[4:2]:     data = idle_waiting_q[63:32];
                alink_class_arbiter_reg_pkg::MulticastGrantsLoOffset[4:2]: data = multicast_grants_q[31:0];
                default:                                             data = multicast_grants_q[63:32];
              endcase
            end
            default: defined = 1'b0;
          endcase
        end
        weight_o    <= weight;
        age_limit_o <= age_limit;
        enable_o    <= enable;
        if (!penable_i) begin
          prdata_o  <= pwrite_i ? '0 : data;
          pslverr_o <= !defined || (pwrite_i && read_only);
        end else begin
          pslverr_o <= 1'b0;
        end
      end
    end
  end

endmodule
