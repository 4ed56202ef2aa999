import { Text } from '@mantine/core';
import type { Findings } from './useFindings';
import classes from './FindingList.module.css';

export function FindingList({ findings, checked, unavailable }: Findings) {
  if (unavailable !== null) {
    return (
      <Text size="sm" c="dimmed" role="status">
        Not checked yet: {unavailable}. It is tried again, and checked once more when it is stored.
      </Text>
    );
  }
  if (!checked) {
    return (
      <Text size="sm" c="dimmed" role="status">
        Checking…
      </Text>
    );
  }
  if (findings.length === 0) {
    return (
      <Text size="sm" role="status" className={classes.good}>
        Valid
      </Text>
    );
  }
  return (
    <ul className={classes.list} aria-label="Findings" role="list">
      {findings.map(({ severity, path, message, place }) => (
        <li key={path + message} data-severity={severity}>
          <strong>
            {severity === 'error' ? 'Error' : 'Warning'}, line {place.line}
          </strong>{' '}
          {message}
        </li>
      ))}
    </ul>
  );
}
