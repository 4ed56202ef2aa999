import { Alert, List, Text } from '@mantine/core';
import { Link } from 'react-router-dom';
import { asProblem } from '../api/problem';
import { Icon } from './Icon';

export function ProblemAlert({ error, title }: { error: unknown; title?: string }) {
  const problem = asProblem(error);
  const heading = title ?? (problem.needsKey ? 'The control plane asks for an API key' : 'That did not work');
  return (
    <Alert role="alert" icon={<Icon name="warning" />} title={heading} className="problem" variant="default">
      <Text size="sm">{problem.message}</Text>
      {problem.faults.length > 0 && (
        <List size="sm" mt={4}>
          {problem.faults.map((fault) => (
            <List.Item key={fault.path + fault.message}>
              <span className="mono">{fault.path}</span> {fault.message}
            </List.Item>
          ))}
        </List>
      )}
      {problem.needsKey && (
        <Text size="sm" mt={4}>
          <Link to="/settings">Enter it in the settings</Link>.
        </Text>
      )}
    </Alert>
  );
}
