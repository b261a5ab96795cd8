/** Replies of the knowledge API, key for key as Dify writes them. */
import { createHash } from 'node:crypto';
import type { Dataset, DatasetDocument } from '../service/datasets.ts';

const accountId = '21e4f852-9a62-424f-a1b1-2de7449aa313';

/** @param isListed lists say more about the embedding than the reply to a creation */
export function datasetReply(dataset: Dataset, isListed: boolean): object {
  const documents = dataset.documents.size;
  const words = [...dataset.documents.values()].reduce((sum, { text }) => sum + text.length, 0);
  return {
    id: dataset.id,
    name: dataset.name,
    description: '',
    provider: 'vendor',
    permission: 'only_me',
    data_source_type: documents > 0 ? 'upload_file' : null,
    indexing_technique: 'economy',
    app_count: 0,
    document_count: documents,
    word_count: words,
    created_by: accountId,
    author_name: 'admin',
    created_at: dataset.createdAt,
    updated_by: accountId,
    updated_at: dataset.createdAt,
    embedding_model: null,
    embedding_model_provider: null,
    embedding_available: isListed ? true : null,
    retrieval_model_dict: {
      search_method: 'semantic_search',
      reranking_enable: false,
      reranking_mode: null,
      reranking_model: { reranking_provider_name: '', reranking_model_name: '' },
      weights: null,
      top_k: 2,
      score_threshold_enabled: false,
      score_threshold: null,
    },
    summary_index_setting: {
      enable: null,
      model_name: null,
      model_provider_name: null,
      summary_prompt: null,
    },
    tags: [],
    doc_form: documents > 0 ? 'text_model' : null,
    external_knowledge_info: {
      external_knowledge_id: null,
      external_knowledge_api_id: null,
      external_knowledge_api_name: null,
      external_knowledge_api_endpoint: null,
    },
    external_retrieval_model: { top_k: 2, score_threshold: 0, score_threshold_enabled: null },
    doc_metadata: [],
    built_in_field_enabled: false,
    pipeline_id: null,
    runtime_mode: 'general',
    chunk_structure: null,
    icon_info: { icon_type: null, icon: null, icon_background: null, icon_url: null },
    is_published: false,
    total_documents: documents,
    total_available_documents: documents,
    enable_api: true,
    is_multimodal: false,
  };
}

export function documentReply(document: DatasetDocument): object {
  const isComplete = document.status === 'completed';
  return {
    id: document.id,
    position: document.position,
    data_source_type: 'upload_file',
    data_source_info: { upload_file_id: document.uploadFileId },
    data_source_detail_dict: {
      upload_file: {
        id: document.uploadFileId,
        name: document.name,
        size: Buffer.byteLength(document.text),
        extension: 'txt',
        mime_type: 'text/plain',
        created_by: accountId,
        created_at: document.uploadedAt,
      },
    },
    dataset_process_rule_id: document.processRuleId,
    name: document.name,
    created_from: 'api',
    created_by: accountId,
    created_at: Math.floor(document.uploadedAt),
    tokens: isComplete ? 0 : null,
    indexing_status: document.status,
    error: null,
    enabled: true,
    disabled_at: null,
    disabled_by: null,
    archived: false,
    display_status: { waiting: 'queuing', indexing: 'indexing', completed: 'available' }[document.status],
    word_count: isComplete ? document.text.length : null,
    hit_count: 0,
    doc_form: document.form,
    doc_metadata: null,
    summary_index_status: null,
    need_summary: false,
  };
}

/** One segment a document: it is short, or nobody looks. */
export function indexingStatusReply(document: DatasetDocument): object {
  const { processingStartedAt: startedAt } = document;
  return {
    id: document.id,
    indexing_status: document.status,
    processing_started_at: startedAt,
    parsing_completed_at: startedAt,
    cleaning_completed_at: startedAt,
    splitting_completed_at: startedAt,
    completed_at: document.completedAt,
    paused_at: null,
    error: null,
    stopped_at: null,
    completed_segments: document.status === 'completed' ? 1 : 0,
    total_segments: document.status === 'waiting' ? 0 : 1,
  };
}

/** What a search finds: the beginnings of some documents, each as its one segment. */
export function retrieveReply(query: string, documents: readonly DatasetDocument[]): object {
  return { query: { content: query }, records: documents.map((document) => recordOf(document)) };
}

function recordOf(document: DatasetDocument): object {
  const content = document.text.slice(0, 500);
  const keywords = [...new Set(content.match(/\w{4,}/g) ?? [])].slice(0, 10);
  return {
    segment: {
      id: document.uploadFileId,
      position: 1,
      document_id: document.id,
      content,
      sign_content: content,
      answer: null,
      word_count: content.length,
      tokens: 0,
      keywords,
      index_node_id: document.uploadFileId,
      index_node_hash: createHash('sha256').update(content).digest('hex'),
      hit_count: 0,
      enabled: true,
      disabled_at: null,
      disabled_by: null,
      status: document.status,
      created_by: accountId,
      created_at: Math.floor(document.uploadedAt),
      indexing_at: document.processingStartedAt,
      completed_at: document.completedAt,
      error: null,
      stopped_at: null,
      document: {
        id: document.id,
        data_source_type: 'upload_file',
        name: document.name,
        doc_type: null,
        doc_metadata: null,
      },
    },
    child_chunks: null,
    score: 0,
    tsne_position: null,
    files: null,
    summary: null,
  };
}
