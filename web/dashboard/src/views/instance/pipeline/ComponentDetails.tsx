import { Code, Stack, Text } from '@mantine/core';
import type { Configuration, Instance } from '../../../api/types';
import { ProblemAlert } from '../../../components/ProblemAlert';
import type { PipelineNode } from './graph';
import { Results } from './Results';

export function ComponentDetails({
  instance,
  configuration,
  node,
}: {
  instance: Instance;
  configuration: Configuration;
  node: PipelineNode;
}) {
  const error = node.error && <ProblemAlert error={new Error(node.error)} title={`The ${node.kind} failed`} />;
  if (node.kind === 'query') {
    const query = configuration.queries?.find((each) => each.id === node.id);
    return (
      <Stack gap="sm">
        {error}
        <Code block tabIndex={0} aria-label="Query text">
          {query?.queryText?.trim()}
        </Code>
        <Text size="sm" fw={600}>
          Current results
        </Text>
        <Results instanceId={instance.id} queryId={node.id} running={node.status === 'Running'} />
      </Stack>
    );
  }
  const list = node.kind === 'source' ? configuration.sources : configuration.reactions;
  const component = list?.find((each) => each.id === node.id);
  return (
    <Stack gap="sm">
      {error}
      <Code block tabIndex={0} aria-label="Configuration">
        {JSON.stringify(component, null, 2)}
      </Code>
    </Stack>
  );
}
