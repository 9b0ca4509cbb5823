"""Builds instrumented_bench for one shape of the arbiter and one purpose, in a folder of its own: these
models are far slower than those that simulate, so nothing else is ever linked with them."""

import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RTL = ROOT / "rtl" / "alink_arbiter" / "alink_arbiter.sv"
HERE = pathlib.Path(__file__).resolve().parent

TRACE = """
  void begin(unsigned, const std::string& fst) {
    if (fst.empty()) return;
    Verilated::traceEverOn(true);
    trace_ = std::make_unique<VerilatedFstC>();
    Vbench::trace(trace_.get(), 99);
    trace_->open(fst.c_str());
  }
  void eval() {
    Vbench::eval();
    if (trace_) trace_->dump(time_ += 5);
  }
  ~model() { if (trace_) trace_->close(); }
 private:
  std::unique_ptr<VerilatedFstC> trace_;
  std::uint64_t time_ = 0;
"""
MUTANTS = "  void begin(unsigned mutant, const std::string&) { mutsel = static_cast<std::decay_t<decltype(mutsel)>>(mutant); }\n"
COVERAGE = """
  void begin(unsigned, const std::string& file) { file_ = file; }
  ~model() {
    if (!file_.empty()) Vbench::contextp()->coveragep()->write(file_.c_str());
  }
 private:
  std::string file_;
"""


def build(folder, purpose, sources, ports, iterations, release):
    """The program for `purpose` (waveform, dump, coverage or mutants), built in `folder`. `release` is a build
    directory with the libraries of the twin."""
    folder.mkdir(parents=True, exist_ok=True)
    body = {"waveform": TRACE, "dump": TRACE.replace("Fst", "Vcd"), "mutants": MUTANTS, "coverage": COVERAGE}[purpose]
    trace = {"waveform": "#include <verilated_fst_c.h>\n", "dump": "#include <verilated_vcd_c.h>\n"}.get(purpose, "")
    covered = "#include <verilated_cov.h>\n" if purpose == "coverage" else ""
    header = f"""// Made by instrumented.py.
#pragma once
{trace}{covered}#include <cstdint>
#include <memory>
#include <string>
#include "Vbench.h"
namespace sn::testbench {{
inline constexpr unsigned model_ports = {ports};
inline constexpr unsigned model_iterations = {iterations};
class model : public Vbench {{
 public:
  using Vbench::Vbench;
{body}}};
}}
"""
    path = folder / "bench_model.h"
    if not path.exists() or path.read_text() != header:
        path.write_text(header)
    flags = {"waveform": ["--trace-fst", "--trace-max-width", "16384", "--trace-max-array", "1024"],
             "dump": ["--trace", "--trace-max-width", "16384"],
             "coverage": ["--coverage-line", "--coverage-toggle", "--coverage-max-width", "4096",
                          "--coverage-underscore"],
             "mutants": ["-Wno-fatal", "-Wno-lint", "-Wno-UNOPTFLAT"]}[purpose]
    parameters = [] if purpose == "mutants" else [f"-GPorts={ports}", f"-GIterations={iterations}"]
    command = ["verilator", "--cc", "--exe", "--build", "-j", "2", "-O3", "--assert", "--unroll-count", "8",
               "--x-assign", "fast", "--x-initial", "fast", "--top-module", "alink_arbiter", "--prefix", "Vbench",
               "--Mdir", str(folder / "obj"), "-o", str(folder / "bench"), *flags, *parameters,
               "-CFLAGS", f"-std=c++17 -O1 -I{folder} -I{ROOT}/tlm -I{ROOT}/tests -I{ROOT}/testbench",
               "-LDFLAGS", f"{release}/tlm/arbiter/libsn_arbiter.a {release}/tlm/base/libsn_base.a -lfmt",
               *map(str, sources), str(HERE / "instrumented_bench.cpp"), str(HERE / "scoreboard.cpp"),
               str(HERE / "functional_coverage.cpp"), str(ROOT / "tests" / "regression" / "stimulus.cpp")]
    environment = {**os.environ}
    if shutil.which("ccache"):
        environment["OBJCACHE"] = "ccache"
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}")
    return folder / "bench"


def run(command, expect=(0,)):
    """What a program prints; stops with it if the exit code is not expected."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if done.returncode not in expect:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}")
    return done.stdout
