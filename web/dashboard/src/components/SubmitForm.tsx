import { Button, Group, Stack } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemAlert } from './ProblemAlert';

interface Props {
  save: Pick<UseMutationResult<unknown, Error, void>, 'mutate' | 'isPending' | 'error'>;
  submit: string;
  disabled?: boolean;
  problem?: string; // what a refusal means
  back?: { label: string; onClick: () => void }; // the way out, beside the button that stores it
  children: ReactNode;
}

// Fields, why they were refused, and the button that sends them.
export function SubmitForm({ save, submit, disabled = false, problem, back, children }: Props) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="md">
        {children}
        {save.error && <ProblemAlert error={save.error} title={problem} reveal />}
        <Group justify={back ? 'space-between' : 'flex-end'}>
          {back && (
            <Button variant="default" onClick={back.onClick}>
              {back.label}
            </Button>
          )}
          <Button type="submit" loading={save.isPending} disabled={disabled}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
