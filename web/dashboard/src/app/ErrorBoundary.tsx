import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { EmptyState } from '../components/EmptyState';

interface State {
  error: Error | null;
}

// A view that fails takes neither the navigation nor the other views with it.
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    if (!this.state.error) return this.props.children;
    return (
      <EmptyState
        icon="warning"
        title="This view failed"
        action={<Button onClick={() => location.reload()}>Reload</Button>}
      >
        {this.state.error.message}
      </EmptyState>
    );
  }
}
