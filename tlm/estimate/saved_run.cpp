#include "estimate/saved_run.h"

#include <fmt/format.h>

#include <utility>

#include "base/state.h"

namespace sn::estimate {

saved_run::saved_run(const snapshot_files& files, platform::system& system, bring_up& boot,
                     std::string work)
    : system_(system), boot_(boot), work_(std::move(work)), pace_(files) {
  pace_.on_save([this](base::snapshot_writer& to) { save(to); });
  if (!files.restore.empty()) {
    restore(files.restore);
  }
}

void saved_run::save(base::snapshot_writer& to) const {
  to.facts(system_.facts());
  to.section("bring-up");
  base::state_saver io(to);
  io(boot_);
  to.section("work");
  to.number(write_ != nullptr);
  if (write_) {
    to.text(work_);
    write_(to);
  }
  system_.save(to);
}

void saved_run::restore(const std::string& file) {
  base::snapshot_reader from = base::snapshot_reader::from_file(file);
  from.expect_facts(system_.facts());
  from.section("bring-up");
  base::state_restorer io(from);
  io(boot_);
  from.section("work");
  if (!from.number<bool>()) {
    system_.restore(from);
    from.end();
    pace_.expect_to_save();
    return;
  }
  if (const std::string saved = from.text(); saved != work_) {
    from.refuse(fmt::format("a snapshot within \"{}\", not within \"{}\"", saved, work_));
  }
  reader_ = std::move(from);
}

void saved_run::restore_machine() {
  system_.restore(*reader_);
  reader_->end();
  reader_.reset();
  pace_.expect_to_save();
}

firmware_summary saved_run::boot(progress_line& progress) {
  return boot_.run(boot_timeout, progress, pace_);
}

}  // namespace sn::estimate
