// Configurations to begin with. Those with a mock source run anywhere, and show results at once.
export interface Template {
  id: string;
  name: string;
  description: string;
  yaml: string;
}

export const TEMPLATES: readonly Template[] = [
  {
    id: 'hello-world',
    name: 'Hello world',
    description:
      'Simulated thermometers, the readings of each, and a line in the log for every change. Needs nothing else.',
    yaml: `logLevel: info
autoInstallPlugins: true
plugins:
  - ref: source/mock
  - ref: reaction/log
sources:
  - kind: mock
    id: thermometers
    intervalMs: 2000
    dataType:
      type: sensorReading
      sensorCount: 3
queries:
  - id: readings
    autoStart: true
    queryLanguage: Cypher
    query: |
      MATCH (s:SensorReading)
      RETURN s.sensor_id AS sensor, s.temperature AS temperature
    sources:
      - sourceId: thermometers
reactions:
  - kind: log
    id: print
    queries: [readings]
    defaultTemplate:
      added:
        template: "new     {{after.sensor}}: {{after.temperature}}"
      updated:
        template: "changed {{after.sensor}}: {{before.temperature}} -> {{after.temperature}}"
      deleted:
        template: "gone    {{before.sensor}}"
`,
  },
  {
    id: 'alerts',
    name: 'Alerts to browsers',
    description:
      'Two queries over simulated thermometers: what is too hot, and the average. Streamed as server-sent events.',
    yaml: `logLevel: info
autoInstallPlugins: true
plugins:
  - ref: source/mock
  - ref: reaction/log
  - ref: reaction/sse
sources:
  - kind: mock
    id: thermometers
    intervalMs: 1000
    dataType:
      type: sensorReading
      sensorCount: 5
queries:
  - id: too-hot
    autoStart: true
    queryLanguage: Cypher
    query: |
      MATCH (s:SensorReading)
      WHERE s.temperature > 25
      RETURN s.sensor_id AS sensor, s.temperature AS temperature
    sources:
      - sourceId: thermometers
  - id: average
    autoStart: true
    queryLanguage: Cypher
    query: |
      MATCH (s:SensorReading)
      RETURN avg(s.temperature) AS temperature, count(s) AS sensors
    sources:
      - sourceId: thermometers
reactions:
  - kind: sse
    id: browser
    queries: [too-hot, average]
    host: 127.0.0.1
    port: auto
    ssePath: /alerts
  - kind: log
    id: print
    queries: [too-hot]
`,
  },
  {
    id: 'orders',
    name: 'Orders over HTTP',
    description: 'Takes orders as HTTP requests, and streams the large ones to browsers.',
    yaml: `logLevel: info
autoInstallPlugins: true
plugins:
  - ref: source/http
  - ref: reaction/sse
sources:
  - kind: http
    id: orders
    host: 127.0.0.1
    port: auto
    timeoutMs: 10000
queries:
  - id: large-orders
    autoStart: true
    queryLanguage: Cypher
    query: |
      MATCH (o:Order)
      WHERE o.total > 1000
      RETURN o.id AS id, o.customer AS customer, o.total AS total
    sources:
      - sourceId: orders
reactions:
  - kind: sse
    id: browser
    queries: [large-orders]
    host: 127.0.0.1
    port: auto
    ssePath: /orders
    heartbeatIntervalMs: 15000
`,
  },
  {
    id: 'postgres',
    name: 'Changes of PostgreSQL',
    description: 'Follows tables of a database by logical replication. The password comes from the environment.',
    yaml: `logLevel: info
autoInstallPlugins: true
plugins:
  - ref: source/postgres
  - ref: reaction/log
sources:
  - kind: postgres
    id: shop
    host: localhost
    port: 5432
    database: shop
    user: drasi
    password: \${SHOP_DB_PASSWORD}
    tables: [public.orders]
    slotName: drasi_shop
    publicationName: drasi_shop
queries:
  - id: open-orders
    autoStart: true
    queryLanguage: Cypher
    query: |
      MATCH (o:orders)
      WHERE o.status = 'open'
      RETURN o.id AS id, o.total AS total
    sources:
      - sourceId: shop
reactions:
  - kind: log
    id: print
    queries: [open-orders]
`,
  },
  {
    id: 'empty',
    name: 'Empty',
    description: 'No sources, queries or reactions yet.',
    yaml: `logLevel: info
sources: []
queries: []
reactions: []
`,
  },
];

export const templateOf = (id: string | null): Template | undefined => TEMPLATES.find((template) => template.id === id);
