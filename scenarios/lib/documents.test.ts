import { describe, expect, it } from 'vitest';
import { createdIn, indexingOutcome, ownDocuments } from './documents.ts';

describe('what Dify says of documents', () => {
  it('finds the document and its batch in the reply to its creation', () => {
    expect(createdIn('{"document": {"id": "d1"}, "batch": "b1"}')).toEqual({ documentId: 'd1', batch: 'b1' });
    expect(createdIn('{"document": {}}')).toBeNull();
    expect(createdIn('<html>')).toBeNull();
  });

  it.each([
    { status: 'completed', outcome: 'ok' },
    { status: 'error', outcome: 'indexing_error' },
    { status: 'paused', outcome: 'indexing_paused' },
    { status: 'splitting', outcome: null },
    { status: 'waiting', outcome: null },
  ])('a document that is $status has come to $outcome', ({ status, outcome }) => {
    const body = JSON.stringify({
      data: [
        { id: 'other', indexing_status: 'completed' },
        { id: 'd1', indexing_status: status },
      ],
    });
    expect(indexingOutcome(200, body, 'd1')).toBe(outcome);
  });

  it('has lost a document that is gone, and learns nothing from a poll that failed', () => {
    expect(indexingOutcome(404, '{}', 'd1')).toBe('document_lost');
    expect(indexingOutcome(502, '<html>', 'd1')).toBeNull();
    expect(indexingOutcome(200, '{"data": []}', 'd1')).toBeNull();
  });

  it('takes no document for its own but those that begin as its own do', () => {
    const data = [
      { id: '1', name: 'tune-r1-0-indexing-4' },
      { id: '2', name: 'handbook tune-r1-0-' },
      { id: '3', name: 'tune-r2-0-indexing-4' },
    ];
    expect(ownDocuments(JSON.stringify({ data, has_more: true }), 'tune-r1-0-')).toEqual({
      ownIds: ['1'],
      hasMore: true,
    });
    expect(ownDocuments('<html>', 'tune-r1-0-')).toBeNull();
  });
});
