import type { InstanceStatus } from '../api/types';
import classes from './StatusBadge.module.css';

export type Tone = 'ok' | 'warn' | 'bad' | 'quiet' | 'info';

const TONES: Record<InstanceStatus, Tone> = {
  Running: 'ok',
  ConfigurationChanged: 'warn',
  Error: 'bad',
  Stopped: 'quiet',
  Created: 'quiet',
};

export const toneOfStatus = (status: InstanceStatus): Tone => TONES[status];
export const labelOfStatus = (status: InstanceStatus): string =>
  status === 'ConfigurationChanged' ? 'Change pending' : status;

export function toneOfComponent(status: string): Tone {
  if (status === 'Running') return 'ok';
  if (status === 'Error') return 'bad';
  return status === 'Starting' || status === 'Stopping' ? 'warn' : 'quiet';
}

export function ToneBadge({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className={classes.badge} data-tone={tone}>
      <span className={classes.dot} />
      {children}
    </span>
  );
}

// `phase` says what is under way while the status still says what was; `health` what a running one suffers from.
export function StatusBadge({ status, phase, health }: { status: InstanceStatus; phase?: string; health?: string }) {
  if (phase === 'Starting' || phase === 'Stopping') return <ToneBadge tone="info">{`${phase}…`}</ToneBadge>;
  if (phase === 'BackOff') return <ToneBadge tone="warn">Restarting soon</ToneBadge>;
  if (status === 'Running' && (health === 'Degraded' || health === 'Unhealthy')) {
    return <ToneBadge tone={health === 'Degraded' ? 'warn' : 'bad'}>{health}</ToneBadge>;
  }
  return <ToneBadge tone={toneOfStatus(status)}>{labelOfStatus(status)}</ToneBadge>;
}
