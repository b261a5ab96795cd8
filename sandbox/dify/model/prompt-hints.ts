/** What a prompt asks of the mock model: `[[ttft=0.5 tps=10 n=15 err=429 cut=4]]`. Absent keys are null. */
export interface PromptHints {
  /** Seconds to the first token. */
  readonly secondsToFirstToken: number | null;
  readonly tokensPerSecond: number | null;
  readonly tokens: number | null;
  /** HTTP status the model answers with instead of tokens. */
  readonly errorStatus: number | null;
  /** Tokens after which the model hangs up. */
  readonly cutAfterTokens: number | null;
}

const noHints: PromptHints = {
  secondsToFirstToken: null,
  tokensPerSecond: null,
  tokens: null,
  errorStatus: null,
  cutAfterTokens: null,
};

/** @example readPromptHints('hi [[ttft=0.5 n=3]]').tokens // 3 */
export function readPromptHints(prompt: string): PromptHints {
  const found = /\[\[([^\]]*)\]\]/.exec(prompt)?.[1];
  if (found === undefined) return noHints;
  const values = new Map(
    found
      .trim()
      .split(/\s+/)
      .map((pair) => readPair(pair)),
  );
  const read = (key: string) => {
    const value = values.get(key);
    return value === undefined || !Number.isFinite(value) || value < 0 ? null : value;
  };
  return {
    secondsToFirstToken: read('ttft'),
    tokensPerSecond: read('tps') || null,
    tokens: read('n'),
    errorStatus: read('err'),
    cutAfterTokens: read('cut'),
  };
}

function readPair(pair: string): [string, number] {
  const [key = '', value = ''] = pair.split('=');
  return [key, value === '' ? Number.NaN : Number(value)];
}
