/**
 * One draw from a Poisson distribution, by multiplying uniforms (Knuth); large means are drawn in parts.
 *
 * @param mean ≥ 0
 * @param random draws uniformly from [0, 1)
 * @returns integer ≥ 0
 */
export function drawPoisson(mean: number, random: () => number): number {
  let drawn = 0;
  // e^-mean must stay a normal number, and the sum of Poisson draws is one.
  for (let rest = mean; rest > 0; rest -= largestPart) drawn += drawPart(Math.min(rest, largestPart), random);
  return drawn;
}

const largestPart = 500;

function drawPart(mean: number, random: () => number): number {
  const floor = Math.exp(-mean);
  let product = random();
  let drawn = 0;
  while (product > floor) {
    product *= random();
    drawn++;
  }
  return drawn;
}
