"""A design under these scripts, as testbench/<design>/design.json describes it:

    top         the module that is built
    sources     its RTL, in the order in which it is read: paths in rtl/<design>
    assertions  RTL that is bound to it where assertions are wanted
    parameters  of the top, in the order in which a shape such as 4x2x3 names them
    lockstep    the program that runs a seed of RTL and twin
    bench       C++ of a seed_runner for it, from the root of the project
    shapes      that are measured, for "coverage" and for "mutation"
    meant       outputs that mean something only sometimes: {output: [layout, when]}. `when` is Verilog over
                the ports of the top, one bit for all or for each port. layout "ports": the bits of one port lie
                side by side; "rows": those of equal weight of all ports do
    late_start  changes of the RTL that let it begin as after long use, for benches that cannot run as long:
                pieces of the text and what they become, with constants that the seed_runner knows too
    environment SystemVerilog of a module `environment` in testbench/<design>, or null: what is promised of the
                inputs. Its inputs are some of the top's; once its output `broken` is high, outputs do not count
"""
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEYS = {"top", "sources", "assertions", "parameters", "lockstep", "bench", "shapes", "meant", "late_start", "environment"}


def names():
    """All designs."""
    return sorted(path.parent.name for path in (ROOT / "testbench").glob("*/design.json"))


class Design:
    """A design by name; its files are paths."""

    def __init__(self, name):
        self.name = name
        self.room = ROOT / "testbench" / name
        described = json.loads((self.room / "design.json").read_text())
        if set(described) != KEYS:
            raise SystemExit(f"{self.room / 'design.json'}: the keys must be {', '.join(sorted(KEYS))}")
        rtl = ROOT / "rtl" / name
        self.top = described["top"]
        self.sources = [rtl / path for path in described["sources"]]
        self.assertions = [rtl / path for path in described["assertions"]]
        self.parameters = described["parameters"]
        self.lockstep = described["lockstep"]
        self.bench = [ROOT / path for path in described["bench"]]
        self.shapes = described["shapes"]
        self.meant = described["meant"]
        self.late_constants = described["late_start"]["constants"]
        self.environment = described["environment"] and self.room / described["environment"]
        self._late_changes = described["late_start"]["changes"]

    def shape(self, text):
        """The values of the parameters that a text such as 4x2x3 names, by name."""
        values = text.split("x")
        if len(values) != len(self.parameters) or not all(value.isdigit() for value in values):
            raise SystemExit(f"{text}: a shape of {self.name} is {' x '.join(self.parameters)}")
        return dict(zip(self.parameters, map(int, values)))

    def late_sources(self, folder):
        """Copies of the sources that begin as after long use, in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        copies = []
        for path in self.sources:
            text = path.read_text()
            for change in self._late_changes:
                if change["file"] == path.name:
                    if text.count(change["text"]) != 1:
                        raise SystemExit(f"{self.room / 'design.json'}: late_start: the text must occur once in {path}:\n"
                                         f"{change['text']}")
                    text = text.replace(change["text"], change["becomes"].format(**self.late_constants))
            copies.append(folder / path.name)
            copies[-1].write_text(text)
        return copies

    def shape_title(self):
        """What heads a column of shapes."""
        return " x ".join(name.lower() for name in self.parameters)

    def bugs(self):
        """The bugs of its planted_bugs.json, by name."""
        return {bug["name"]: bug for bug in json.loads((self.room / "planted_bugs.json").read_text())}


def add_argument(parser):
    """The design as the first argument of a script."""
    parser.add_argument("design", choices=names(), help="what is under test")
