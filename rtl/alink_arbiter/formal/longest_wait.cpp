// The longest wait of a request at an iSLIP arbiter of 2, 3 or 4 ports and one iteration, by
// visiting every state: which pointers can be reached, and from them which requests an adversary
// must make to have one request passed over as often as can be. Requests stay until they are
// granted and all outputs are ready; the wait is the number of slots in which the request is passed
// over.
//
// It shares no code with the RTL or the twin. Usage: longest_wait PORTS [EXPECTED]
// Exit code 1 if the wait is not the expected one.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

/// Visits the states of an arbiter of `ports` ports. A state is its pointers, two bits each
/// (outputs' first), and the requests that are open besides the watched one, bit output * ports +
/// input. The watched one is from input 0 to output 0: the others are covered by turning the
/// pointers.
template <unsigned ports>
class state_space {
 public:
  state_space() {
    for (unsigned pointer = 0; pointer < ports; ++pointer) {
      for (unsigned asking = 0; asking < (1U << ports); ++asking) {
        first_[pointer][asking] = none;
        for (unsigned place = ports; place-- > 0;) {
          const unsigned candidate = (pointer + place) % ports;
          if ((asking >> candidate & 1U) != 0) {
            first_[pointer][asking] = static_cast<std::uint8_t>(candidate);
          }
        }
      }
    }
    reach();
  }

  std::size_t pointers() const { return list_.size(); }

  /// Slots in which the watched request can be passed over on end.
  int longest_wait() {
    // passes[p][r]: from pointers p with the requests r the watched one is passed over, and can be
    // so for `slots` slots in all. open[p][r]: that holds for r or for r with some requests more.
    std::vector<row> passes(list_.size());
    std::vector<row> open(list_.size());
    for (row& states : passes) {
      states.fill(~std::uint64_t{0});
    }
    for (row& states : open) {
      states.fill(~std::uint64_t{0});
    }
    for (int slots = 0;; ++slots) {
      for (std::size_t p = 0; p < list_.size(); ++p) {
        for (std::size_t w = 0; w < words; ++w) {
          for (std::uint64_t rest = passes[p][w]; rest != 0; rest &= rest - 1) {
            const auto bit = static_cast<unsigned>(__builtin_ctzll(rest));
            const auto requests = static_cast<unsigned>(w * 64 + bit) << 1U;
            if (requests >> (ports * ports) != 0 || !survives(list_[p], requests, open)) {
              passes[p][w] &= ~(std::uint64_t{1} << bit);
            }
          }
        }
      }
      bool any = false;
      for (std::size_t p = 0; p < list_.size(); ++p) {
        open[p] = with_fewer_requests(passes[p]);
        // The wait begins without other requests: fewer do not bind the adversary.
        any = any || (open[p][0] & 1U) != 0;
      }
      if (!any) {
        return slots;
      }
      if (slots == 100) {
        std::puts("no bound below 100 slots");
        std::exit(1);
      }
    }
  }

 private:
  static constexpr std::uint8_t none = 0xff;
  static constexpr unsigned watched = 1;  // bit 0 of the requests
  static constexpr std::size_t words = ((std::size_t{1} << (ports * ports - 1)) + 63) / 64;
  using row = std::array<std::uint64_t, words>;

  static unsigned pointer(unsigned state, unsigned place) { return state >> (2 * place) & 3U; }
  static unsigned with_pointer(unsigned state, unsigned place, unsigned value) {
    return (state & ~(3U << (2 * place))) | value << (2 * place);
  }
  static unsigned matched(unsigned state, unsigned input, unsigned output) {
    return with_pointer(with_pointer(state, output, (input + 1) % ports), ports + input,
                        (output + 1) % ports);
  }

  /// Every matching moves pointers as its pairs do one by one, and a lone request is always
  /// granted: the pointers that lone requests reach are all there are. Turned copies cover the VOQs
  /// that are not watched.
  void reach() {
    std::vector<bool> seen(std::size_t{1} << (4 * ports));
    std::vector<unsigned> todo;
    std::vector<unsigned> reached;
    const auto add = [&](unsigned state) {
      if (!seen[state]) {
        seen[state] = true;
        todo.push_back(state);
        reached.push_back(state);
      }
    };
    add(0);
    while (!todo.empty()) {
      const unsigned state = todo.back();
      todo.pop_back();
      for (unsigned input = 0; input < ports; ++input) {
        for (unsigned output = 0; output < ports; ++output) {
          add(matched(state, input, output));
        }
      }
    }
    number_.assign(seen.size(), 0);
    for (const unsigned state : reached) {
      for (unsigned inputs = 0; inputs < ports; ++inputs) {
        for (unsigned outputs = 0; outputs < ports; ++outputs) {
          unsigned turned = 0;
          for (unsigned place = 0; place < ports; ++place) {
            turned = with_pointer(turned, (place + outputs) % ports,
                                  (pointer(state, place) + inputs) % ports);
            turned = with_pointer(turned, ports + (place + inputs) % ports,
                                  (pointer(state, ports + place) + outputs) % ports);
          }
          if (number_[turned] == 0) {
            list_.push_back(turned);
            number_[turned] = static_cast<unsigned>(list_.size());
          }
        }
      }
    }
  }

  /// One slot with the watched request and `requests`: is it passed over, and open after it?
  bool survives(unsigned state, unsigned requests, const std::vector<row>& open) const {
    requests |= watched;
    std::array<unsigned, ports> offers{};
    for (unsigned output = 0; output < ports; ++output) {
      const unsigned asking = requests >> (output * ports) & ((1U << ports) - 1);
      const std::uint8_t input = first_[pointer(state, output)][asking];
      if (input != none) {
        offers[input] |= 1U << output;
      }
    }
    unsigned next = state;
    for (unsigned input = 0; input < ports; ++input) {
      const std::uint8_t output = first_[pointer(state, ports + input)][offers[input]];
      if (output != none) {
        next = matched(next, input, output);
        requests &= ~(1U << (output * ports + input));
      }
    }
    if ((requests & watched) == 0) {
      return false;
    }
    const unsigned rest = requests >> 1U;
    return (open[number_[next] - 1][rest / 64] >> (rest % 64) & 1U) != 0;
  }

  /// The states from which a state of `states` is reached by adding requests.
  static row with_fewer_requests(row states) {
    constexpr std::array<std::uint64_t, 6> clear{0x5555555555555555U, 0x3333333333333333U,
                                                 0x0f0f0f0f0f0f0f0fU, 0x00ff00ff00ff00ffU,
                                                 0x0000ffff0000ffffU, 0x00000000ffffffffU};
    for (unsigned bit = 0; bit + 1 < ports * ports; ++bit) {
      for (std::size_t w = 0; w < words; ++w) {
        if (bit < 6) {
          states[w] |= states[w] >> (1U << bit) & clear[bit];
        } else if ((w >> (bit - 6) & 1U) == 0) {
          states[w] |= states[w | std::size_t{1} << (bit - 6)];
        }
      }
    }
    return states;
  }

  std::array<std::array<std::uint8_t, 1U << ports>, ports> first_{};
  std::vector<unsigned> list_;
  /// By pointers: one more than their place in list_, 0 if they cannot be reached.
  std::vector<unsigned> number_;
};

template <unsigned ports>
int longest_wait() {
  state_space<ports> space;
  const int wait = space.longest_wait();
  std::printf("%u ports: %zu pointer states, longest wait %d slots\n", ports, space.pointers(),
              wait);
  return wait;
}

}  // namespace

int main(int count, char** arguments) {
  int wait = 0;
  switch (count == 2 || count == 3 ? std::atoi(arguments[1]) : 0) {
    case 2:
      wait = longest_wait<2>();
      break;
    case 3:
      wait = longest_wait<3>();
      break;
    case 4:
      wait = longest_wait<4>();
      break;
    default:
      std::puts("usage: longest_wait 2|3|4 [EXPECTED]");
      return 2;
  }
  return count == 3 && wait != std::atoi(arguments[2]) ? 1 : 0;
}
