import { randomOf } from './random.ts';

/** Short and frequent: each is one token in the vocabularies in use, so words count tokens well enough for a load. */
const words =
  'the of and to in is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also well'.split(
    ' ',
  );

/**
 * A prompt of some length, never twice the same text in a row, so that no cache answers for the model.
 *
 * @param meanTokens mean length; lengths are uniform from half to one and a half of it
 * @param seeds the same seeds yield the same prompt
 */
export function generatePrompt(meanTokens: number, ...seeds: readonly (string | number)[]): string {
  const random = randomOf(...seeds);
  return wordsOf(aroundMean(meanTokens, random), random);
}

/** A prompt of exactly so many words. */
export function generatePromptOf(tokens: number, ...seeds: readonly (string | number)[]): string {
  return wordsOf(tokens, randomOf(...seeds));
}

/** At least 1, uniform from half to one and a half of the mean. */
export function aroundMean(mean: number, random: () => number): number {
  return Math.max(1, Math.round(mean * (0.5 + random())));
}

function wordsOf(count: number, random: () => number): string {
  let text = '';
  for (let n = 0; n < count; n++) {
    text += `${n === 0 ? '' : ' '}${words[Math.floor(random() * words.length)]}`;
  }
  return text;
}

/** Lines of a prompt file; empty ones are none. */
export function promptLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
