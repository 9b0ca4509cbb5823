"""Builds instrumented_bench for one shape of a design and one purpose, in a folder of its own: these
models are far slower than those that simulate, so nothing else is ever linked with them."""

import json
import os
import shutil
import subprocess
import sys

from design import ROOT

BENCH = ROOT / "testbench" / "common" / "instrumented_bench.cpp"

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
BODY = {"waveform": TRACE, "dump": TRACE.replace("Fst", "Vcd"), "mutants": MUTANTS, "coverage": COVERAGE}
INCLUDES = {"waveform": "#include <verilated_fst_c.h>\n", "dump": "#include <verilated_vcd_c.h>\n",
            "coverage": "#include <verilated_cov.h>\n", "mutants": ""}
# Coverage without the splitting of processes: it counts some branches apart from the assignments before them, by
# the values of the clock before.
FLAGS = {"waveform": ["--trace-fst", "--trace-max-width", "16384", "--trace-max-array", "1024"],
         "dump": ["--trace", "--trace-max-width", "16384"],
         "coverage": ["--coverage-line", "--coverage-toggle", "--coverage-max-width", "4096", "--coverage-underscore",
                      "-fno-split", "-fno-reorder"],
         "mutants": ["-Wno-fatal", "-Wno-lint", "-Wno-UNOPTFLAT"]}
# What is built of Design.late_sources; the rest must be what the lockstep program runs.
LATE = {"coverage", "mutants"}


def build(folder, purpose, design, sources, shape, release):
    """The program for `purpose` (waveform, dump, coverage or mutants) of `sources` (late ones for those of LATE),
    built in `folder`. `release` is a build directory with the libraries of the twin."""
    folder.mkdir(parents=True, exist_ok=True)
    # What an older build noted of its files may be true no longer.
    shutil.rmtree(folder / "obj", ignore_errors=True)
    constants = "".join(f"inline constexpr unsigned model_{name.lower()} = {value};\n" for name, value in shape.items())
    late = purpose in LATE
    constants += f"inline constexpr bool model_starts_late = {str(late).lower()};\n" + "".join(
        f"inline constexpr std::uint64_t {name} = {value}U;\n" for name, value in design.late_constants.items())
    header = f"""// Made by instrumented.py.
#pragma once
{INCLUDES[purpose]}#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include "Vbench.h"
class VerilatedSerialize;
class VerilatedDeserialize;
namespace sn::testbench {{
{constants}class model : public Vbench {{
 public:
  using Vbench::Vbench;
{BODY[purpose]}}};
// Verilator cannot save models that count coverage, and no bench of these asks for it.
inline VerilatedSerialize& operator<<(VerilatedSerialize&, model&) {{
  throw std::logic_error("an instrumented model is not saved");
}}
inline VerilatedDeserialize& operator>>(VerilatedDeserialize&, model&) {{
  throw std::logic_error("an instrumented model is not restored");
}}
}}
"""
    path = folder / "bench_model.h"
    if not path.exists() or path.read_text() != header:
        path.write_text(header)
    parameters = [] if purpose == "mutants" else [f"-G{name}={value}" for name, value in shape.items()]
    command = ["verilator", "--cc", "--exe", "--build", "-j", "2", "-O3", "--assert", "--unroll-count", "8",
               "--x-assign", "fast", "--x-initial", "fast", "--top-module", design.top, "--prefix", "Vbench",
               "--Mdir", str(folder / "obj"), "-o", str(folder / "bench"), *FLAGS[purpose], *parameters,
               "-CFLAGS", f"-std=c++17 -O1 -I{folder} -I{ROOT} -I{ROOT}/tlm -I{ROOT}/tests -I{ROOT}/testbench",
               "-LDFLAGS", f"{release}/tlm/arbiter/libsn_arbiter.a {release}/tlm/base/libsn_base.a -lfmt -lz",
               *map(str, sources), str(BENCH), *map(str, design.bench)]
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


def report(options, script, design, table, results):
    """What a script found of a design: a table for the reader and for the document, if one is asked for, and
    everything as JSON in the folder of results."""
    print(table)
    (options.out / script.replace(".py", ".json")).write_text(json.dumps(results, indent=1) + "\n")
    if options.doc:
        write_table(options.doc, script, design, table)


def write_table(document, script, design, table):
    """Puts a table between the marks of a script and a design in a document."""
    begin, end = (f"<!-- {script} {design.name}: {mark} -->" for mark in ("begin", "end"))
    old = document.read_text()
    if old.count(begin) != 1 or old.count(end) != 1:
        sys.exit(f"{document}: {begin} and {end} must be there once")
    document.write_text(f"{old.split(begin)[0]}{begin}\n{table}\n{end}{old.split(end)[1]}")
