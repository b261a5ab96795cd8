/** Replies about an app, key for key as Dify writes them. */
import type { App } from './apps.ts';

export function infoReply({ name, mode }: App): object {
  return { name, description: '', tags: [], mode, author_name: 'admin' };
}

/** A workflow asks for its question; chats have no form. */
export function parametersReply({ mode }: App): object {
  const question = {
    label: 'question',
    variable: 'question',
    required: true,
    max_length: 100_000,
    default: '',
  };
  return {
    opening_statement: '',
    suggested_questions: [],
    suggested_questions_after_answer: { enabled: false },
    speech_to_text: { enabled: false },
    text_to_speech: { enabled: false, language: '', voice: '' },
    retriever_resource: { enabled: true },
    annotation_reply: { enabled: false },
    more_like_this: { enabled: false },
    user_input_form: mode === 'workflow' ? [{ paragraph: question }] : [],
    sensitive_word_avoidance: { configs: [], enabled: false, type: '' },
    file_upload: {
      enabled: false,
      image: {
        enabled: false,
        number_limits: 3,
        detail: 'high',
        transfer_methods: ['remote_url', 'local_file'],
      },
    },
    system_parameters: {
      image_file_size_limit: 10,
      video_file_size_limit: 100,
      audio_file_size_limit: 50,
      file_size_limit: 15,
      workflow_file_upload_limit: 10,
    },
  };
}
