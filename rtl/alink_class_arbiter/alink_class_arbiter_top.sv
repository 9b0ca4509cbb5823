// The ALink arbiter: the scheduler and its registers, wired.
//
// Purpose
//   What a switch instantiates and what is simulated: see alink_class_arbiter.sv for the slots and
//   alink_class_arbiter_regs.sv for the APB. A register write acts from the next slot on.
//
// Contract
//   - `slot_i` and the APB may run in the same clocks; a slot that shares the last clock of a write
//     still sees the old value.
//   - A slot is counted in the clock after it: a read whose set-up phase is in that clock or later
//     sees it.
//
// Parameters
//   Ports 1 to 128, Iterations 1 to 4, Classes 1 to 4
module alink_class_arbiter_top #(
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
  input  logic [Ports-1:0]               hold_i,
  input  logic [Ports-1:0]               mc_req_i,
  input  logic [Ports-1:0]               mc_set_i,
  input  logic                           mc_whole_i,
  output logic [Ports-1:0]               mc_turn_o,

  output logic [Ports-1:0]               gnt_valid_o,
  output logic [Ports*IdxWidth-1:0]      gnt_idx_o,
  output logic [Ports*2-1:0]             gnt_class_o,
  output logic [Ports-1:0]               gnt_multicast_o,
  output logic [Ports-1:0]               in_gnt_valid_o,
  output logic [IdxWidth*Ports-1:0]      in_gnt_idx_o,
  output logic [2*Ports-1:0]             in_gnt_class_o,
  output logic [Ports-1:0]               in_gnt_multicast_o,
  output logic [Ports-1:0]               conflict_o,
  output logic [Ports-1:0]               idle_o,

  input  logic                           psel_i,
  input  logic                           penable_i,
  input  logic                           pwrite_i,
  input  logic [15:0]                    paddr_i,
  input  logic [31:0]                    pwdata_i,
  output logic [31:0]                    prdata_o,
  output logic                           pready_o,
  output logic                           pslverr_o
);

  logic [Ports-1:0]      enable;
  logic [Classes*8-1:0]  weight;
  logic [Classes*16-1:0] age_limit;
  logic [15:0]           hold_limit;

  alink_class_arbiter #(
    .Ports      (Ports),
    .Iterations (Iterations),
    .Classes    (Classes)
  ) u_scheduler (
    .clk_i,
    .rst_ni,
    .slot_i,
    .req_i,
    .ready_i,
    .enable_i     (enable),
    .hold_i,
    .mc_req_i,
    .mc_set_i,
    .mc_whole_i,
    .mc_turn_o,
    .weight_i     (weight),
    .age_limit_i  (age_limit),
    .hold_limit_i (hold_limit),
    .gnt_valid_o,
    .gnt_idx_o,
    .gnt_class_o,
    .gnt_multicast_o,
    .in_gnt_valid_o,
    .in_gnt_idx_o,
    .in_gnt_class_o,
    .in_gnt_multicast_o,
    .conflict_o,
    .idle_o
  );

  alink_class_arbiter_regs #(
    .Ports      (Ports),
    .Iterations (Iterations),
    .Classes    (Classes)
  ) u_registers (
    .clk_i,
    .rst_ni,
    .psel_i,
    .penable_i,
    .pwrite_i,
    .paddr_i,
    .pwdata_i,
    .prdata_o,
    .pready_o,
    .pslverr_o,
    .enable_o        (enable),
    .weight_o        (weight),
    .age_limit_o     (age_limit),
    .hold_limit_o    (hold_limit),
    .slot_i,
    .gnt_valid_i     (gnt_valid_o),
    .gnt_class_i     (gnt_class_o),
    .gnt_multicast_i (gnt_multicast_o),
    .conflict_i      (conflict_o),
    .idle_i          (idle_o)
  );

endmodule
