import { Center, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon';

interface Props {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function EmptyState({ icon, title, children, action }: Props) {
  return (
    <Center className="panel" p="xl" mih={200}>
      <Stack align="center" gap="xs" maw={460} ta="center">
        <Text c="dimmed" component="span">
          <Icon name={icon} size={34} />
        </Text>
        <Title order={2} fz={17}>
          {title}
        </Title>
        {children && (
          <Text c="dimmed" size="sm" component="div">
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Center>
  );
}
