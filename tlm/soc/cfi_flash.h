// A bank of NOR flash with the common flash interface (JESD68) and Intel's command set.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <systemc>
#include <vector>

#include "base/snapshot.h"

namespace sn::soc {

/// Two 16-bit chips side by side on a bus of 32 bits, as on the virt machine: both get the same
/// commands, of which the lowest byte counts, and answer each in its half. Erasing and programming
/// take no time. Blocks can be locked; after power-on none is.
///
/// While the bank shows its content, the bus reads it directly.
class cfi_flash : public sc_core::sc_module {
 public:
  static constexpr std::uint64_t size = std::uint64_t{32} << 20;
  static constexpr std::uint64_t block_size = std::uint64_t{256} << 10;
  static constexpr std::size_t blocks = size / block_size;

  /// Everything is erased.
  explicit cfi_flash(const sc_core::sc_module_name& name);

  tlm_utils::simple_target_socket<cfi_flash> socket;

  /// Puts in what the bank holds at power-on.
  void load(std::uint64_t offset, const void* data, std::size_t count);
  /// Gets every change of the content by the program, which ends with a program or erase command.
  using change_sink =
      std::function<void(std::uint64_t offset, const std::byte* data, std::size_t count)>;
  void on_change(change_sink sink) { change_sink_ = std::move(sink); }

  /// As after power-on, but for the content.
  void reset();
  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

 private:
  enum class mode : std::uint8_t { array, status, identity, query };
  /// What the next write belongs to.
  enum class expecting : std::uint8_t {
    command,
    erase_confirmation,
    word,
    buffer_count,
    buffer_words,
    buffer_confirmation,
    lock_operation,
  };
  static constexpr std::size_t buffer_words = 64;  ///< of 32 bits: 128 bytes in each chip

  struct release_memory {
    void operator()(std::byte* bytes) const noexcept { std::free(bytes); }
  };

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);

  /// The 32 bits at an aligned offset, as the bank shows them now.
  std::uint32_t read_word(std::uint64_t offset) const;
  std::uint8_t read_byte(std::uint64_t offset) const;
  void write(std::uint64_t offset, unsigned count, std::uint64_t value);
  void begin_command(std::uint8_t command);
  /// Buffered words, until the last.
  void collect(std::uint64_t offset, std::uint32_t value);
  void show(mode next);
  /// A sequence that does not exist.
  void end_with_sequence_error();
  void erase(std::uint64_t offset);
  void program(std::uint64_t offset, unsigned count, std::uint64_t value);
  void program_buffer();
  void change_lock(std::uint64_t offset, std::uint8_t operation);
  /// The block's bytes, filled with ones if it has been empty so far.
  std::byte* bytes_of(std::size_t block);
  /// The same, to be changed.
  std::byte* writable_bytes_of(std::size_t block);

  std::unique_ptr<std::byte[], release_memory> content_;    ///< of blocks that are not empty
  std::array<bool, blocks> empty_{};                        ///< erased and never read directly
  std::map<std::size_t, std::vector<std::byte>> original_;  ///< of blocks that have been changed
  std::array<bool, blocks> locked_{};
  mode mode_ = mode::array;
  expecting expecting_ = expecting::command;
  std::uint8_t status_ = 0;
  std::uint64_t buffer_offset_ = 0;  ///< of the block, until the first word; then of that word
  std::uint32_t buffer_left_ = 0;
  std::vector<std::uint64_t> buffer_places_;
  std::vector<std::uint32_t> buffer_;
  change_sink change_sink_;
};

}  // namespace sn::soc
