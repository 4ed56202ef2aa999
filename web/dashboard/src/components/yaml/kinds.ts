// What drasi-server knows of each kind: its own fields, those that it needs with a "!". As src/drasi/schema.cpp has it; a
// test compares the two.

type Kinds = Readonly<Record<string, string>>; // fields by kind

export const SOURCE_KINDS: Kinds = {
  postgres: 'host port database! user! password tables slotName publicationName sslMode tableKeys',
  http: 'host! port! endpoint timeoutMs adaptiveMaxBatchSize adaptiveMinBatchSize adaptiveMaxWaitMs adaptiveMinWaitMs adaptiveWindowSecs adaptiveEnabled webhooks',
  grpc: 'host port endpoint timeoutMs',
  mock: 'dataType intervalMs',
  platform: 'redisUrl! streamKey! consumerGroup consumerName batchSize blockMs',
  mssql: 'host port database! user! password tables pollIntervalMs trustServerCertificate',
  mysql: 'host port password',
  oracle: 'host port password',
  sqlite: '',
  neo4j: '',
  kafka: '',
  kubernetes: '',
  dataverse: '',
  'gtfs-rt': '',
  open511: '',
  'ris-live': '',
  'here-traffic': '',
  hyperliquid: '',
  'sui-deepbook': '',
  'cloudflare-radar': '',
  mapping: '',
};

export const BOOTSTRAP_KINDS: Kinds = {
  noop: '',
  application: '',
  postgres: 'host port database! user! password tables slotName publicationName sslMode tableKeys',
  scriptfile: 'filePaths!',
  platform: 'queryApiUrl timeoutSeconds',
  mssql: 'host port database! user! password tables pollIntervalMs trustServerCertificate',
  mysql: '',
  oracle: '',
  sqlite: '',
  neo4j: '',
  http: '',
  kafka: '',
  kubernetes: '',
  dataverse: '',
  'gtfs-rt': '',
  open511: '',
  'here-traffic': '',
  'sui-deepbook': '',
  'cloudflare-radar': '',
};

export const REACTION_KINDS: Kinds = {
  application: '',
  log: 'routes defaultTemplate',
  http: 'baseUrl token timeoutMs routes priorityQueueCapacity adaptiveMinBatchSize adaptiveMaxBatchSize adaptiveWindowSize adaptiveBatchTimeoutMs',
  'http-adaptive':
    'baseUrl token timeoutMs routes priorityQueueCapacity adaptiveMinBatchSize adaptiveMaxBatchSize adaptiveWindowSize adaptiveBatchTimeoutMs',
  grpc: 'endpoint timeoutMs maxRetries connectionRetryAttempts initialConnectionTimeoutMs metadata adaptiveMinBatchSize adaptiveMaxBatchSize adaptiveWindowSize adaptiveBatchTimeoutMs',
  'grpc-adaptive':
    'endpoint timeoutMs maxRetries connectionRetryAttempts initialConnectionTimeoutMs metadata adaptiveMinBatchSize adaptiveMaxBatchSize adaptiveWindowSize adaptiveBatchTimeoutMs',
  sse: 'host port ssePath heartbeatIntervalMs routes defaultTemplate',
  platform: '',
  profiler: 'windowSize reportIntervalSecs',
  'storedproc-postgres':
    'hostname port user password database ssl routes defaultTemplate commandTimeoutMs retryAttempts',
  'storedproc-mysql': 'hostname port user password database ssl routes defaultTemplate commandTimeoutMs retryAttempts',
  'storedproc-mssql': 'hostname port user password database ssl routes defaultTemplate commandTimeoutMs retryAttempts',
  file: '',
  loki: '',
  mcp: 'host port',
  dashboard: 'host port',
  rabbitmq: '',
  'aws-sqs': '',
  'azure-storage': '',
  eventgrid: '',
};

export const MIDDLEWARE_KINDS = ['jq', 'decoder', 'map', 'parse_json', 'promote', 'relabel', 'unwind'] as const;

export interface KindField {
  name: string;
  required: boolean;
}

export const fieldsOf = (kinds: Kinds, kind: string): KindField[] =>
  (kinds[kind] ?? '')
    .split(' ')
    .filter(Boolean)
    .map((field) => ({ name: field.replace('!', ''), required: field.endsWith('!') }));
