import { notifications } from '@mantine/notifications';
import { asProblem } from '../api/problem';

export const notifyDone = (message: string): void => {
  notifications.show({ message, color: 'green' });
};

export function notifyProblem(title: string, error: unknown): void {
  const problem = asProblem(error);
  const faults = problem.faults.map((fault) => `${fault.path} ${fault.message}`);
  const message = faults.length > 1 ? faults.join('\n') : problem.message;
  notifications.show({ title, message, color: 'red', autoClose: 10_000, style: { whiteSpace: 'pre-line' } });
}
