import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { request } from '../../../api/base';
import type { Instance } from '../../../api/types';
import { download } from '../../../components/download';
import { Icon } from '../../../components/Icon';
import { notifyProblem } from '../../../components/notify';
import { ProblemAlert } from '../../../components/ProblemAlert';
import { counted } from '../../../components/words';
import { type LogLine, searchLines } from './logBuffer';
import classes from './LogsTab.module.css';
import { useLog } from './useLog';

async function downloadLog(id: string): Promise<void> {
  const response = await request(`/api/server/instances/${encodeURIComponent(id)}/logs?tail=all`, {
    headers: { Accept: 'text/plain' },
  });
  download(`${id}.log`, await response.text());
}

export default function LogsTab({ instance }: { instance: Instance }) {
  const [paused, setPaused] = useState(false);
  const [search, setSearch] = useState('');
  const { lines, problem, waiting } = useLog(instance.id, paused);
  const shown = useMemo(() => searchLines(lines, search), [lines, search]);
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <TextInput
          type="search"
          aria-label="Search the log"
          placeholder="Search the log"
          leftSection={<Icon name="search" size={16} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          style={{ flex: '1 1 200px' }}
        />
        <Button
          variant="default"
          leftSection={<Icon name={paused ? 'play' : 'pause'} size={15} />}
          aria-pressed={paused}
          onClick={() => setPaused(!paused)}
        >
          {paused ? `Follow${waiting > 0 ? ` (${waiting} new)` : ''}` : 'Pause'}
        </Button>
        <Button
          variant="default"
          leftSection={<Icon name="download" size={15} />}
          onClick={() =>
            void downloadLog(instance.id).catch((error: unknown) => notifyProblem('Could not download the log', error))
          }
        >
          Download
        </Button>
      </Group>
      {problem && <ProblemAlert error={problem} title="The log cannot be followed" />}
      <LogLines lines={shown} follow={!paused} />
      <Text size="sm" c="dimmed" role="status">
        {search === '' ? '' : `${shown.length} of `}
        {counted(lines.length, 'line')}
      </Text>
    </Stack>
  );
}

function LogLines({ lines, follow }: { lines: readonly LogLine[]; follow: boolean }) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 20,
    overscan: 20,
  });
  const last = lines.at(-1)?.number;
  const [atEnd, setAtEnd] = useState(true);
  useEffect(() => {
    if (follow && atEnd && lines.length > 0) virtualizer.scrollToIndex(lines.length - 1);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- when a line comes, and not when the virtualizer measures
  }, [last, follow]);
  const onScroll = (): void => {
    const element = scroller.current;
    if (element) setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < 60);
  };
  return (
    <div
      ref={scroller}
      className={`panel ${classes.lines}`}
      onScroll={onScroll}
      role="log"
      aria-live="off"
      aria-label="Log"
      tabIndex={0}
    >
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map((item) => {
          const line = lines[item.index];
          return (
            line && (
              <div
                key={line.number}
                className={classes.line}
                data-level={line.level}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {line.text}
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}
