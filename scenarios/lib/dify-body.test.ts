import { describe, expect, it } from 'vitest';
import { difyBody, promptOf } from './dify-body.ts';

const source = {
  name: 'chat',
  kind: 'chat' as const,
  responseMode: 'streaming' as const,
  startArrivalsPerSecond: 1,
  stages: [{ durationSeconds: 1, arrivalsPerSecond: 1 }],
  preAllocatedVUs: 1,
  maxVUs: 1,
  gracefulStopSeconds: 1,
  requestTimeoutSeconds: 1,
  inputs: {},
  promptTokens: 10,
  promptSuffix: '',
  seed: 7,
  prompts: ['one', 'two'],
};
const id = { iteration: 3, run: 'r1' };

describe('promptOf', () => {
  it('takes the lines of the prompt file in turn', () => {
    expect([0, 1, 2].map((iteration) => promptOf(source, { ...id, iteration }))).toEqual([
      'one',
      'two',
      'one',
    ]);
  });

  it('puts the suffix behind the prompt', () => {
    expect(promptOf({ ...source, promptSuffix: '[[tps=10]]' }, id)).toBe('two [[tps=10]]');
  });
});

describe('difyBody', () => {
  it('asks for a chat without a name of the conversation, for a user of its own', () => {
    expect(JSON.parse(difyBody(source, id))).toEqual({
      inputs: {},
      response_mode: 'streaming',
      user: 'tune-r1-chat-3',
      query: 'two',
      auto_generate_name: false,
    });
  });

  it('puts the prompt into the inputs of a workflow, wherever they name it', () => {
    const workflow = {
      ...source,
      kind: 'workflow' as const,
      inputs: { question: 'Q: {prompt}', again: '{prompt}{prompt}', language: 'en' },
    };
    expect(JSON.parse(difyBody(workflow, id))).toEqual({
      inputs: { question: 'Q: two', again: 'twotwo', language: 'en' },
      response_mode: 'streaming',
      user: 'tune-r1-chat-3',
    });
  });
});
