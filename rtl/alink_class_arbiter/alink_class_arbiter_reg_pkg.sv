// Offsets, fields and reset values of the registers of alink_class_arbiter.
package alink_class_arbiter_reg_pkg;
  localparam logic [15:0] CapabilityOffset      = 16'h0000;
  localparam logic [15:0] ControlOffset         = 16'h0004;
  localparam logic [15:0] HoldLimitOffset       = 16'h0008;
  localparam logic [15:0] WeightOffset          = 16'h0010;
  localparam logic [15:0] AgeLimitOffset        = 16'h0020;
  localparam logic [15:0] PortEnableOffset      = 16'h0030;
  localparam logic [15:0] SlotsLoOffset         = 16'h0040;
  localparam logic [15:0] SlotsHiOffset         = 16'h0044;
  localparam logic [15:0] ConflictsLoOffset     = 16'h0048;
  localparam logic [15:0] ConflictsHiOffset     = 16'h004c;
  localparam logic [15:0] IdleWaitingLoOffset   = 16'h0050;
  localparam logic [15:0] IdleWaitingHiOffset   = 16'h0054;
  localparam logic [15:0] MulticastGrantsLoOffset = 16'h0058;
  localparam logic [15:0] MulticastGrantsHiOffset = 16'h005c;
  localparam logic [15:0] GrantsOffset          = 16'h1000;

  localparam int unsigned WeightCount           = 4;
  localparam int unsigned AgeLimitCount         = 4;
  localparam int unsigned PortEnableCount       = 4;
  localparam int unsigned GrantsCount           = 512;

  localparam int unsigned ControlCountBit       = 0;
  localparam int unsigned ControlClearBit       = 1;

  localparam logic        ControlCountReset     = 1'h1;
  localparam logic [15:0] HoldLimitReset        = 16'h0000;
  localparam logic [7:0]  WeightReset           = 8'h01;
  localparam logic [15:0] AgeLimitReset         = 16'h0400;
  localparam logic [31:0] PortEnableReset       = 32'hffffffff;
endpackage
