import { Alert, List, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router-dom';
import { asProblem } from '../api/problem';
import { Icon } from './Icon';

interface Props {
  error: unknown;
  title?: string | undefined;
  reveal?: boolean; // scrolls it into view: for what was just asked for
}

export function ProblemAlert({ error, title, reveal = false }: Props) {
  const alert = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (reveal) alert.current?.scrollIntoView({ block: 'nearest' });
  }, [error, reveal]);
  const problem = asProblem(error);
  const heading = title ?? (problem.needsKey ? 'The control plane asks for an API key' : 'That did not work');
  return (
    <Alert
      ref={alert}
      role="alert"
      icon={<Icon name="warning" />}
      title={heading}
      className="problem"
      variant="default"
      style={{ scrollMargin: 68 }}
    >
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
