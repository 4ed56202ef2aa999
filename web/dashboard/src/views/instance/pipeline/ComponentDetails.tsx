import { Code, Stack, Text } from '@mantine/core';
import type { Instance } from '../../../api/types';
import { ProblemAlert } from '../../../components/ProblemAlert';
import type { PipelineNode } from './graph';
import classes from './Pipeline.module.css';
import { Results } from './Results';

export function ComponentDetails({ instance, node }: { instance: Instance; node: PipelineNode }) {
  const error = node.error && <ProblemAlert error={new Error(node.error)} title={`The ${node.kind} failed`} />;
  if (node.kind !== 'query') {
    return (
      <Stack gap="sm">
        {error}
        <Code block tabIndex={0} aria-label="Configuration" className={classes.code}>
          {JSON.stringify(node.definition, null, 2)}
        </Code>
      </Stack>
    );
  }
  return (
    <Stack gap="sm">
      {error}
      <Code block tabIndex={0} aria-label="Query text" className={classes.code}>
        {node.queryText?.trim()}
      </Code>
      <Text size="sm" fw={600}>
        Current results
      </Text>
      <Results instanceId={instance.id} library={node.library} queryId={node.id} running={node.status === 'Running'} />
    </Stack>
  );
}
