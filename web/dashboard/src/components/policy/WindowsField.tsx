import { ActionIcon, Button, Chip, Group, Stack, Text, TextInput } from '@mantine/core';
import { Icon } from '../Icon';
import { DAYS, NEW_WINDOW, type Window, windowText, withDays } from './policyDraft';
import classes from './WindowsField.module.css';

interface Props {
  windows: readonly Window[];
  inherited: string; // what no window means
  onChange: (windows: Window[] | null) => void;
}

// The times in which changes may be applied.
export function WindowsField({ windows, inherited, onChange }: Props) {
  const change = (at: number, window: Window): void =>
    onChange(windows.map((each, index) => (index === at ? window : each)));
  const remove = (at: number): void =>
    onChange(windows.length === 1 ? null : windows.filter((_, index) => index !== at));
  return (
    <fieldset className={classes.fieldset}>
      <legend className={classes.legend}>Maintenance windows</legend>
      <Text size="xs" c="dimmed">
        {windows.length === 0
          ? inherited
          : 'Changes are applied within these times; outside, drift is reported. A window may end on the next day.'}
      </Text>
      <Stack gap="sm" mt={6}>
        {windows.map((window, at) => (
          <div key={at} role="group" aria-label={`Window ${at + 1}: ${windowText(window)}`} className={classes.window}>
            <Chip.Group multiple value={window.days ?? []} onChange={(days) => change(at, withDays(window, days))}>
              <Group gap={4}>
                {DAYS.map((day) => (
                  <Chip key={day} value={day} size="xs" radius="sm" variant="light">
                    {day}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
            <Group gap="xs" align="flex-end">
              <TextInput
                label="From"
                type="time"
                required
                withAsterisk={false}
                value={window.from}
                onChange={(event) => change(at, { ...window, from: event.currentTarget.value })}
              />
              <TextInput
                label="To"
                type="time"
                required
                withAsterisk={false}
                value={window.to}
                onChange={(event) => change(at, { ...window, to: event.currentTarget.value })}
              />
              <TextInput
                label="Time zone"
                placeholder="UTC, +02:00"
                value={window.timeZone ?? ''}
                onChange={(event) => change(at, { ...window, timeZone: event.currentTarget.value })}
                style={{ flex: '1 1 70px', minWidth: 70 }}
              />
              <ActionIcon variant="default" size={36} aria-label={`Remove window ${at + 1}`} onClick={() => remove(at)}>
                <Icon name="trash" size={15} />
              </ActionIcon>
            </Group>
          </div>
        ))}
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => onChange([...windows, NEW_WINDOW])}
          >
            Add a window
          </Button>
        </Group>
      </Stack>
    </fieldset>
  );
}
