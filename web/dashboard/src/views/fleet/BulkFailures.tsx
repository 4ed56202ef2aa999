import { Alert } from '@mantine/core';
import { Link } from 'react-router-dom';
import { instancePath } from '../../app/paths';
import { Icon } from '../../components/Icon';
import classes from './BulkFailures.module.css';
import { type Failed, labelOfOperation } from './useBulk';

// What failed, and why. It stays until it was read.
export function BulkFailures({ failed, onClose }: { failed: Failed; onClose: () => void }) {
  const { operation, total, failures } = failed;
  return (
    <Alert
      role="alert"
      variant="default"
      className="problem"
      icon={<Icon name="warning" />}
      title={`${labelOfOperation(operation)}: ${failures.length} of ${total} failed; ${failures.length === 1 ? 'it is' : 'they are'} selected still`}
      withCloseButton
      closeButtonLabel="Close"
      onClose={onClose}
    >
      <ul className={classes.list}>
        {failures.map(({ id, message }) => (
          <li key={id}>
            <Link to={instancePath(id)}>{id}</Link>: {message}
          </li>
        ))}
      </ul>
    </Alert>
  );
}
