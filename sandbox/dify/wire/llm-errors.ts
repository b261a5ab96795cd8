/** What Dify says when the model fails: the plugin's error, wrapped once in a stream and twice in a reply. */
import { randomBytes } from 'node:crypto';

/** The plugin's own account of a failed call. */
export function pluginErrorOf(ending: { kind: 'refused'; status: number } | { kind: 'cut' }): string {
  if (ending.kind === 'cut') {
    return JSON.stringify({
      args: {},
      error_type: 'ChunkedEncodingError',
      message: 'Response ended prematurely',
    });
  }
  const body = `{"error": {"message": "mock error ${ending.status}", "type": "mock_error", "code": "${ending.status}"}}`;
  const description = `[models] Error: API request failed with status code ${ending.status}: ${body}`;
  return JSON.stringify({ args: { description }, error_type: 'InvokeError', message: description });
}

/** The same as a blocking reply and a failed node give it. */
export function invokeErrorOf(pluginError: string): string {
  return `req_id: ${randomBytes(5).toString('hex')} PluginInvokeError: ${pluginError}`;
}
