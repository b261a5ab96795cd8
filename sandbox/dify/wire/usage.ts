/** Token usage as Dify reports it. The model costs nothing here. */

export interface Usage {
  readonly prompt_tokens: number;
  readonly prompt_unit_price: string;
  readonly prompt_price_unit: string;
  readonly prompt_price: string;
  readonly completion_tokens: number;
  readonly completion_unit_price: string;
  readonly completion_price_unit: string;
  readonly completion_price: string;
  readonly total_tokens: number;
  readonly total_price: string;
  readonly currency: string;
  /** Seconds. */
  readonly latency: number;
  readonly time_to_first_token: number | null;
  readonly time_to_generate: number | null;
}

export interface UsageTimes {
  readonly latencySeconds: number;
  /** null where Dify leaves the times out: plain chat. */
  readonly firstTokenSeconds: number | null;
}

export function usageOf(promptTokens: number, completionTokens: number, times: UsageTimes): Usage {
  const { latencySeconds, firstTokenSeconds } = times;
  return {
    prompt_tokens: promptTokens,
    prompt_unit_price: '0',
    prompt_price_unit: '0',
    prompt_price: '0',
    completion_tokens: completionTokens,
    completion_unit_price: '0',
    completion_price_unit: '0',
    completion_price: '0',
    total_tokens: promptTokens + completionTokens,
    total_price: '0',
    currency: 'USD',
    latency: roundTo(latencySeconds, 3),
    time_to_first_token: firstTokenSeconds === null ? null : roundTo(firstTokenSeconds, 3),
    time_to_generate: firstTokenSeconds === null ? null : roundTo(latencySeconds - firstTokenSeconds, 3),
  };
}

/** Four characters a token and the system prompt: near what the captures show for their prompts. */
export function promptTokensOf(prompt: string): number {
  return 20 + Math.ceil(prompt.length / 4);
}

export function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
