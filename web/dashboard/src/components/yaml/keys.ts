// What can stand where in a configuration of drasi-server: for completion. What is valid, the control plane says.
import { BOOTSTRAP_KINDS, fieldsOf, MIDDLEWARE_KINDS, REACTION_KINDS, SOURCE_KINDS } from './kinds';

export interface Key {
  name: string;
  detail: string;
  values?: readonly string[];
}

const BOOLEAN = ['true', 'false'] as const;
const key = (name: string, detail: string, values?: readonly string[]): Key =>
  values ? { name, detail, values } : { name, detail };

const LIBRARY: readonly Key[] = [
  key('sources', 'Where changes come from'),
  key('queries', 'Continuous queries'),
  key('reactions', 'What happens with changed results'),
  key('persistIndex', 'Keep indexes on the disk', BOOLEAN),
  key('enableArchive', 'Keep former states of elements', BOOLEAN),
  key('stateStore', 'Where reactions keep their state'),
  key('secretStore', 'Where secrets are looked up'),
  key('identityProviders', 'Credentials for sources and reactions'),
  key('bootstrapProviders', 'Where initial data comes from'),
  key('defaultPriorityQueueCapacity', 'Changes that a queue holds, unless said otherwise'),
  key('defaultDispatchBufferCapacity', 'Changes that a buffer holds, unless said otherwise'),
];

const PROVIDER: readonly Key[] = [
  key('kind', 'Kind of the provider', Object.keys(BOOTSTRAP_KINDS)),
  key('id', 'Id of the provider'),
];

const KEYS: Record<string, readonly Key[]> = {
  '': [
    key('id', 'Id of the server'),
    key('host', 'Address to listen on'),
    key('port', 'Port of the API; the control plane gives one'),
    key('logLevel', 'How much is logged', ['trace', 'debug', 'info', 'warn', 'error']),
    ...LIBRARY,
    key('instances', 'Several libraries in one server'),
    key('apiVersion', 'Version of the format'),
    key('persistConfig', 'Write changes into the file', BOOLEAN),
    key('enableUi', "Serve the server's own pages", BOOLEAN),
    key('solutionsDir', 'Where solutions are kept'),
    key('corsAllowedOrigins', 'Pages that may call its API'),
    key('autoInstallPlugins', 'Install missing plugins at the start', BOOLEAN),
    key('plugins', 'Plugins to install'),
    key('pluginRegistry', 'Where plugins come from'),
    key('verifyPlugins', 'Take signed plugins alone', BOOLEAN),
    key('trustedIdentities', 'Whose signatures count'),
    key('hotReloadPlugins', 'Load changed plugins while it runs', BOOLEAN),
    key('hotReloadDebounceMs', 'Wait for more changes before'),
  ],
  instances: [key('id', 'Id of the library'), ...LIBRARY],
  plugins: [key('ref', 'Reference, such as source/mock')],
  stateStore: [key('kind', 'Kind of the store'), key('path', 'File')],
  bootstrapProviders: PROVIDER,
  sources: [
    key('kind', 'Kind of the source', Object.keys(SOURCE_KINDS)),
    key('id', 'Id of the source'),
    key('autoStart', 'Start with the server', BOOLEAN),
    key('bootstrapProvider', 'Where initial data comes from'),
    key('identityProvider', 'Id of the provider of its credentials'),
  ],
  'sources.bootstrapProvider': PROVIDER,
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
    key('bootstrapTimeoutSecs', 'Time limit for the initial data'),
    key('outboxCapacity', 'Results kept for reactions'),
    key('priorityQueueCapacity', 'Changes that its queue holds'),
    key('dispatchBufferCapacity', 'Changes that its buffer holds'),
    key('dispatchMode', 'How results are handed on'),
    key('storageBackend', 'Where the index is kept'),
  ],
  'queries.sources': [
    key('sourceId', 'Id of a source'),
    key('nodes', 'Labels of nodes'),
    key('relations', 'Labels of relations'),
    key('pipeline', 'Middleware'),
  ],
  'queries.middleware': [
    key('kind', 'Kind of the middleware', MIDDLEWARE_KINDS),
    key('name', 'What pipelines name it by'),
    key('config', 'Its settings'),
  ],
  reactions: [
    key('kind', 'Kind of the reaction', Object.keys(REACTION_KINDS)),
    key('id', 'Id of the reaction'),
    key('queries', 'Queries that it reacts to'),
    key('autoStart', 'Start with the server', BOOLEAN),
    key('identityProvider', 'Id of the provider of its credentials'),
  ],
  'reactions.defaultTemplate': [
    key('added', 'For new rows'),
    key('updated', 'For changed rows'),
    key('deleted', 'For rows that are gone'),
  ],
};

const KINDS: Record<string, typeof SOURCE_KINDS> = {
  sources: SOURCE_KINDS,
  reactions: REACTION_KINDS,
  bootstrapProviders: BOOTSTRAP_KINDS,
  'sources.bootstrapProvider': BOOTSTRAP_KINDS,
};

// What can stand there; `kind` is that of the block, which adds its own. Libraries hold what the server does.
export function keysAt(path: readonly string[], kind?: string): readonly Key[] {
  const place = (path[0] === 'instances' && path.length > 1 ? path.slice(1) : path).join('.');
  const general = KEYS[place] ?? [];
  const kinds = KINDS[place];
  if (!kinds || kind === undefined) return general;
  const own = fieldsOf(kinds, kind).map(({ name, required }) => key(name, required ? `${kind}; needed` : kind));
  return [...general, ...own];
}

// The kind that the block says in which `offset` stands.
export function kindAt(text: string, offset: number): string | undefined {
  const lines = text.split('\n');
  const at = text.slice(0, offset).split('\n').length - 1;
  const { column } = beginningOf(lines[at] ?? '');
  let kind: string | undefined;
  // From the line to the ends of the block: what stands further left, or another item.
  const look = (line: number, step: number): void => {
    for (; line >= 0 && line < lines.length; line += step) {
      const found = beginningOf(lines[line] ?? '');
      if (found.key === undefined && found.dash < 0) continue;
      if (found.column < column || (step > 0 && line > at && found.dash >= 0 && found.column === column)) return;
      if (found.column > column) continue;
      kind ??= /^\s*(?:-\s+)?kind:\s*["']?([\w-]+)/.exec(lines[line] ?? '')?.[1];
      if (step < 0 && found.dash >= 0) return;
    }
  };
  look(at, -1);
  look(at + 1, 1);
  return kind;
}

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

// The ids of a section, in whichever library it stands.
export function idsOf(text: string, section: 'sources' | 'queries'): string[] {
  const ids = new Set<string>();
  let inside = -1; // where the section's key stands
  for (const line of text.split('\n')) {
    const { column, dash, key: name } = beginningOf(line);
    if (name === undefined && dash < 0) continue;
    const ends = dash < 0 ? column <= inside : dash < inside;
    if (inside >= 0 && ends) inside = -1;
    if (inside < 0 && name === section) inside = column;
    const id = /^\s*(?:-\s+)?id:\s*["']?([\w.-]+)/.exec(line)?.[1];
    if (inside >= 0 && id !== undefined) ids.add(id);
  }
  return [...ids];
}
