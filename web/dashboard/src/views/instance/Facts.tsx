import { Anchor, Text } from '@mantine/core';
import { linkTo } from '../../api/base';
import type { Instance, RuntimeStatus } from '../../api/types';
import { isReserved, labelText, showLabels, withoutReserved } from '../../components/instanceFields/labels';
import { Fact, FactList } from '../../components/FactList';
import { Time } from '../../components/Time';
import { bytes } from '../../components/time';
import { counted } from '../../components/words';

function lastExit(exit: NonNullable<RuntimeStatus['lastExit']>): string {
  if (exit.signal) return `by signal ${exit.signal}${exit.outOfMemory ? ', out of memory' : ''}`;
  return exit.exitCode === undefined ? (exit.reason ?? 'unknown') : `with code ${exit.exitCode}`;
}

function limitsText(limits: NonNullable<Instance['limits']>): string {
  const parts = [
    limits.cpuCores ? counted(limits.cpuCores, 'core') : '',
    limits.memoryBytes ? bytes(limits.memoryBytes) : '',
    limits.openFiles ? counted(limits.openFiles, 'file') : '',
  ];
  return parts.filter(Boolean).join(', ') || 'none';
}

export function Facts({ instance, runtime }: { instance: Instance; runtime: RuntimeStatus | undefined }) {
  const identity = runtime?.processId ?? runtime?.containerId ?? runtime?.podName;
  const managed = Object.entries(instance.metadata).filter(([key]) => isReserved(key));
  return (
    <FactList>
      <Fact name="Address">{instance.address ? <span className="mono">{instance.address}</span> : 'not running'}</Fact>
      {instance.frontPort && <Fact name="Front port">{instance.frontPort}</Fact>}
      <Fact name="Platform">
        {instance.platformType}
        {identity && <span className="mono"> · {runtime?.processId ? `PID ${identity}` : identity}</span>}
      </Fact>
      <Fact name="Health">{instance.health}</Fact>
      <Fact name="Wanted">{instance.desiredState}</Fact>
      <Fact name="Revision">
        {instance.configurationRevision}
        {instance.phase === 'Running' && `, runs ${instance.appliedRevision}`}
      </Fact>
      <Fact name="Started">
        <Time at={runtime?.startedAt} />
      </Fact>
      <Fact name="Restarts">
        {instance.restartCount}
        {runtime?.nextStartAt && (
          <>
            , next <Time at={runtime.nextStartAt} />
          </>
        )}
      </Fact>
      {runtime?.lastExit && <Fact name="Last end">{lastExit(runtime.lastExit)}</Fact>}
      <Fact name="Restart policy">{instance.restartPolicy ?? 'default'}</Fact>
      {instance.limits && <Fact name="Limits">{limitsText(instance.limits)}</Fact>}
      {runtime?.usage && (
        <Fact name="Threads, files">
          {runtime.usage.threads ?? '–'}, {runtime.usage.openFiles ?? '–'}
        </Fact>
      )}
      <Fact name="Labels">{showLabels(withoutReserved(instance.metadata)) || 'none'}</Fact>
      {managed.length > 0 && (
        <Fact name="Managed by">
          <Text span size="xs" c="dimmed" className="mono">
            {managed.map(([key, value]) => labelText(key, value)).join(', ')}
          </Text>
        </Fact>
      )}
      <Fact name="Created">
        <Time at={instance.createdAt} />
      </Fact>
      <Fact name="API">
        <Anchor
          size="sm"
          href={linkTo(`/api/server/instances/${encodeURIComponent(instance.id)}/proxy/api/v1/queries`)}
          target="_blank"
        >
          through the control plane
        </Anchor>
      </Fact>
    </FactList>
  );
}
