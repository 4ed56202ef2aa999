// What can stand where in a configuration of drasi-server: for completion. What is valid, the control plane says.

export interface Key {
  name: string;
  detail: string;
  values?: readonly string[];
}

const BOOLEAN = ['true', 'false'] as const;
const key = (name: string, detail: string, values?: readonly string[]): Key =>
  values ? { name, detail, values } : { name, detail };

const SOURCE_KINDS = ['mock', 'http', 'postgres', 'grpc', 'platform', 'mssql'];
const REACTION_KINDS = [
  'log',
  'http',
  'http-adaptive',
  'grpc',
  'grpc-adaptive',
  'sse',
  'platform',
  'profiler',
  'storedproc-postgres',
  'application',
];

const KEYS: Record<string, readonly Key[]> = {
  '': [
    key('id', 'Id of the server'),
    key('host', 'Address to listen on'),
    key('port', 'Port of the API; the control plane gives one'),
    key('logLevel', 'How much is logged', ['trace', 'debug', 'info', 'warn', 'error']),
    key('autoInstallPlugins', 'Install missing plugins at the start', BOOLEAN),
    key('plugins', 'Plugins to install'),
    key('sources', 'Where changes come from'),
    key('queries', 'Continuous queries'),
    key('reactions', 'What happens with changed results'),
    key('persistConfig', 'Write changes into the file', BOOLEAN),
    key('persistIndex', 'Keep indexes on the disk', BOOLEAN),
    key('stateStore', 'Where reactions keep their state'),
    key('identityProviders', 'Credentials for sources and reactions'),
    key('bootstrapProviders', 'Where initial data comes from'),
  ],
  plugins: [key('ref', 'Reference, such as source/mock')],
  sources: [
    key('kind', 'Kind of the source', SOURCE_KINDS),
    key('id', 'Id of the source'),
    key('autoStart', 'Start with the server', BOOLEAN),
    key('bootstrapProvider', 'Where initial data comes from'),
    key('intervalMs', 'mock: time between changes'),
    key('dataType', 'mock: what is made'),
    key('host', 'Address'),
    key('port', 'Port, or auto'),
    key('endpoint', 'http: path that takes changes'),
    key('timeoutMs', 'http, grpc: time limit'),
    key('database', 'postgres: database'),
    key('user', 'postgres: user'),
    key('password', 'postgres: password; take ${VARIABLE}'),
    key('tables', 'postgres: tables to watch'),
    key('slotName', 'postgres: replication slot'),
    key('publicationName', 'postgres: publication'),
    key('tableKeys', 'postgres: keys of tables'),
  ],
  'sources.dataType': [
    key('type', 'What is made', ['sensorReading', 'counter', 'generic']),
    key('sensorCount', 'How many sensors'),
  ],
  queries: [
    key('id', 'Id of the query'),
    key('query', 'Its text'),
    key('queryLanguage', 'Its language', ['Cypher', 'GQL']),
    key('autoStart', 'Start with the server; false unless given', BOOLEAN),
    key('sources', 'Sources that it reads'),
    key('middleware', 'What changes pass before'),
    key('joins', 'Relations between nodes of different sources'),
    key('enableBootstrap', 'Begin with the initial data', BOOLEAN),
    key('bootstrapBufferSize', 'Changes kept meanwhile'),
    key('storageBackend', 'Where the index is kept'),
  ],
  'queries.sources': [
    key('sourceId', 'Id of a source'),
    key('nodes', 'Labels of nodes'),
    key('relations', 'Labels of relations'),
    key('pipeline', 'Middleware'),
  ],
  reactions: [
    key('kind', 'Kind of the reaction', REACTION_KINDS),
    key('id', 'Id of the reaction'),
    key('queries', 'Queries that it reacts to'),
    key('autoStart', 'Start with the server', BOOLEAN),
    key('defaultTemplate', 'log: lines for changes'),
    key('routes', 'Per query'),
    key('baseUrl', 'http: where it sends to'),
    key('token', 'http: bearer token'),
    key('timeoutMs', 'http: time limit'),
    key('host', 'sse: address'),
    key('port', 'sse: port, or auto'),
    key('ssePath', 'sse: path'),
    key('heartbeatIntervalMs', 'sse: time between heartbeats'),
  ],
  'reactions.defaultTemplate': [
    key('added', 'For new rows'),
    key('updated', 'For changed rows'),
    key('deleted', 'For rows that are gone'),
  ],
};

export const keysAt = (path: readonly string[]): readonly Key[] => KEYS[path.join('.')] ?? [];

// The keys under which `offset` stands, outermost first; list items do not count. Judged by indentation, for what is
// being typed is no YAML yet.
export function yamlPathAt(text: string, offset: number): string[] {
  const lines = text.slice(0, offset).split('\n');
  // The parent's key stands left of `column`, or of the dash of the list item: then it may stand right above it.
  let { column, dash } = beginningOf(lines.pop() ?? '');
  const path: string[] = [];
  for (const line of lines.reverse()) {
    const found = beginningOf(line);
    if (found.key === undefined) continue;
    const isParent = dash < 0 ? found.column < column : found.column <= dash;
    if (isParent) path.unshift(found.key);
    // The first key of the item that we are in has its dash.
    if (isParent || (dash < 0 && found.column === column && found.dash >= 0)) ({ column, dash } = found);
  }
  return path;
}

// Where the content of a line begins, where its innermost dash is (-1: none), and the key that it begins with.
function beginningOf(line: string): { column: number; dash: number; key: string | undefined } {
  const indent = /^\s*(?:-\s+)*/.exec(line)?.[0] ?? '';
  const key = /^([\w-]+):/.exec(line.slice(indent.length))?.[1];
  return { column: indent.length, dash: indent.lastIndexOf('-'), key };
}

export const idsOf = (text: string, section: 'sources' | 'queries'): string[] => {
  const from = text.search(new RegExp(`^${section}:`, 'm'));
  if (from < 0) return [];
  const rest = text.slice(from + section.length + 1);
  const end = rest.search(/^\S/m);
  return [...(end < 0 ? rest : rest.slice(0, end)).matchAll(/^\s*(?:-\s+)?id:\s*["']?([\w.-]+)/gm)].map(
    (match) => match[1] ?? '',
  );
};
