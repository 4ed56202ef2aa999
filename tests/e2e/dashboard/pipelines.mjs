// A small configuration whose query always has results.
export const SOURCE = {
  kind: 'mock',
  id: 'thermometers',
  intervalMs: 200,
  dataType: { type: 'sensorReading', sensorCount: 3 },
};
export const QUERY = {
  id: 'readings',
  autoStart: true,
  queryLanguage: 'Cypher',
  queryText: 'MATCH (s:SensorReading) RETURN s.sensor_id AS sensor',
  sources: [{ sourceId: 'thermometers' }],
};
export const PIPELINE = {
  sources: [SOURCE],
  queries: [QUERY],
  reactions: [{ kind: 'log', id: 'print', queries: ['readings'] }],
};
