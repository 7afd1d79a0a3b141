/**
 * Settings that readers may send in the URL. Two kinds: those that only change how a result is written, which
 * are passed on; and those that concern HTTP alone or that clients always send, which are accepted and dropped.
 */
const passedOn = new Map<string, RegExp>([
  ['output_format_json_quote_64bit_integers', /^[01]$/],
  ['output_format_json_quote_64bit_floats', /^[01]$/],
  ['output_format_json_quote_decimals', /^[01]$/],
  ['output_format_json_quote_denormals', /^[01]$/],
  ['output_format_json_named_tuples_as_objects', /^[01]$/],
  ['output_format_json_array_of_rows', /^[01]$/],
  ['output_format_json_escape_forward_slashes', /^[01]$/],
  ['output_format_json_validate_utf8', /^[01]$/],
  ['output_format_write_statistics', /^[01]$/],
  ['output_format_csv_crlf_end_of_line', /^[01]$/],
  ['output_format_tsv_crlf_end_of_line', /^[01]$/],
  ['output_format_pretty_color', /^(?:[01]|auto)$/],
  ['output_format_pretty_row_numbers', /^[01]$/],
  ['output_format_pretty_max_rows', /^\d{1,5}$/],
  ['output_format_native_encode_types_in_binary_format', /^[01]$/],
  ['date_time_output_format', /^(?:simple|iso|unix_timestamp)$/],
  ['bool_true_representation', /^\w{1,16}$/],
  ['bool_false_representation', /^\w{1,16}$/],
  ['extremes', /^[01]$/],
  ['join_use_nulls', /^[01]$/],
  ['union_default_mode', /^(?:ALL|DISTINCT)$/],
  ['session_timezone', /^[A-Za-z0-9_+\-/]{1,64}$/],
]);

const dropped = new Set([
  'enable_http_compression',
  'http_zlib_compression_level',
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'http_write_exception_in_output_format',
  'cancel_http_readonly_queries_on_client_close',
  'date_time_input_format',
  'buffer_size',
  'log_queries',
]);

/** These may be sent with a value that asks for no more than readers have anyway; they are dropped. */
const harmlessOnly = new Map<string, RegExp>([['readonly', /^[12]$/]]);

/**
 * UNION ALL, INTERPOLATE and others turn a text into a state of an aggregate function where the other side is one.
 * Then it is read as a value to aggregate: a state that was made by hand can crash the engine, or worse.
 */
const always = new Map([['aggregate_function_input_format', 'value']]);

/** The settings to run a reader's query with, or the name of the first one that is refused. Pure. */
export function readerSettings(
  sent: ReadonlyMap<string, string>,
): { allowed: true; settings: Map<string, string> } | { allowed: false; name: string } {
  const settings = new Map(always);
  for (const [name, value] of sent) {
    if (passedOn.get(name)?.test(value)) settings.set(name, value);
    else if (!dropped.has(name) && !harmlessOnly.get(name)?.test(value)) return { allowed: false, name };
  }
  return { allowed: true, settings };
}
