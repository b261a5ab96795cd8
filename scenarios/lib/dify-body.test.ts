import { describe, expect, it } from 'vitest';
import { type BodySource, chatBody, documentText, workflowBody } from './dify-body.ts';

const source: BodySource = {
  name: 'chat',
  responseMode: 'streaming',
  inputs: {},
  promptTokens: 10,
  promptSuffix: '',
  seed: 7,
  run: 'r1',
  prompts: ['one', 'two'],
  rows: [],
  arrivals: [],
};
const first = { iteration: 3, turn: 0 };
const queryOf = (given: BodySource, id = first) => JSON.parse(chatBody(given, id, '')).query;

describe('chatBody', () => {
  it('asks for a chat without a name of the conversation, for a user of its own', () => {
    expect(JSON.parse(chatBody(source, first, ''))).toEqual({
      inputs: {},
      response_mode: 'streaming',
      user: 'tune-r1-chat-3',
      query: 'two',
      auto_generate_name: false,
    });
  });

  it('goes on with a conversation as the same user, with another text', () => {
    const next = JSON.parse(chatBody({ ...source, prompts: [] }, { iteration: 3, turn: 1 }, 'c-1'));
    expect(next).toMatchObject({ conversation_id: 'c-1', user: 'tune-r1-chat-3' });
    expect(next.query).not.toBe(queryOf({ ...source, prompts: [] }));
  });

  it('takes the lines of the prompt file in turn, over all messages of all conversations', () => {
    const asked = [0, 1, 2].map((iteration) => queryOf(source, { iteration, turn: 0 }));
    expect(asked).toEqual(['one', 'two', 'one']);
    const prompts = ['1', '2', '3', '4'];
    const conversation = { ...source, prompts, turns: 2 };
    const messages = [0, 1].flatMap((iteration) =>
      [0, 1].map((turn) => queryOf(conversation, { iteration, turn })),
    );
    expect(messages).toEqual(['1', '2', '3', '4']);
  });

  it('puts the suffix behind the prompt, with the answer length that is wanted', () => {
    expect(queryOf({ ...source, promptSuffix: '[[tps=10]]' })).toBe('two [[tps=10]]');
    const lengths = Array.from({ length: 500 }, (_, iteration) => {
      const query: string = queryOf(
        { ...source, promptSuffix: '[[n={answerTokens}]]', answerTokens: 40 },
        { iteration, turn: 0 },
      );
      return Number(/\[\[n=(\d+)\]\]$/.exec(query)?.[1]);
    });
    // Uniform over 20..60: the mean of 500 is within 4 standard errors (11.5 / sqrt(500) = 0.52) of 40.
    expect(Math.abs(lengths.reduce((sum, length) => sum + length, 0) / 500 - 40)).toBeLessThan(2.1);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(60);
  });

  it('has exactly the lengths of the row that an arrival of a replay is', () => {
    const replayed = {
      ...source,
      prompts: [],
      promptSuffix: '[[n={answerTokens}]]',
      arrivals: ['0.5,3,44', '1.5,12,109'],
    };
    const words = (iteration: number) => queryOf(replayed, { iteration, turn: 0 }).split(' ');
    expect(words(0)).toHaveLength(3 + 1);
    expect(words(0).at(-1)).toBe('[[n=44]]');
    expect(words(1)).toHaveLength(12 + 1);
    expect(words(1).at(-1)).toBe('[[n=109]]');
  });
});

describe('workflowBody', () => {
  const workflow = {
    ...source,
    inputs: { question: 'Q: {prompt}', city: '{city}', count: '{count}', note: '{city}: {count}' },
    rows: [
      { city: 'Bonn', count: 3 },
      { city: 'Ulm', count: 4 },
    ],
  };

  it('puts the prompt and the columns of the row into the inputs, wherever they name them', () => {
    expect(JSON.parse(workflowBody(workflow, first))).toEqual({
      inputs: { question: 'Q: two', city: 'Ulm', count: 4, note: 'Ulm: 4' },
      response_mode: 'streaming',
      user: 'tune-r1-chat-3',
    });
  });

  it('takes the rows by the number of the iteration, so that any runner takes the same', () => {
    const cities = [0, 1, 2, 5].map(
      (iteration) => JSON.parse(workflowBody(workflow, { iteration, turn: 0 })).inputs.city,
    );
    expect(cities).toEqual(['Bonn', 'Ulm', 'Bonn', 'Ulm']);
  });

  it('prefers the prompt that a row brings along', () => {
    const given = { ...workflow, rows: [{ prompt: 'of the row', city: 'x', count: 1 }] };
    expect(JSON.parse(workflowBody(given, first)).inputs.question).toBe('Q: of the row');
  });
});

it('makes the text of a document without the hints for a model', () => {
  expect(documentText({ ...source, promptSuffix: '[[n=1]]' }, 3)).toBe('two');
});
