#include "base/random.h"

namespace sn::base {

namespace {

std::uint64_t split_mix(std::uint64_t& x) {
  x += 0x9e37'79b9'7f4a'7c15U;
  std::uint64_t z = x;
  z = (z ^ (z >> 30U)) * 0xbf58'476d'1ce4'e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d0'49bb'1331'11ebU;
  return z ^ (z >> 31U);
}

std::uint64_t rotate_left(std::uint64_t x, unsigned n) {
  return (x << n) | (x >> (64U - n));
}

}  // namespace

random_generator::random_generator(std::uint64_t seed, std::uint64_t stream) : state_{} {
  std::uint64_t mixed_stream = stream;
  std::uint64_t x = seed ^ split_mix(mixed_stream);
  for (auto& word : state_) {
    word = split_mix(x);
  }
}

std::uint64_t random_generator::next() {
  const std::uint64_t result = rotate_left(state_[1] * 5U, 7) * 9U;
  const std::uint64_t shifted = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = rotate_left(state_[3], 45);
  return result;
}

std::uint64_t random_generator::below(std::uint64_t bound) {
  // Rejects the values below 2^64 mod bound, so that every remainder is equally likely.
  const std::uint64_t threshold = (0U - bound) % bound;
  for (;;) {
    const std::uint64_t draw = next();
    if (draw >= threshold) {
      return draw % bound;
    }
  }
}

double random_generator::uniform() {
  return static_cast<double>(next() >> 11U) * 0x1.0p-53;
}

}  // namespace sn::base
