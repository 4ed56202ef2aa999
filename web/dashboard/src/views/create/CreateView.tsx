import { Anchor, Button, Group, Stack, Stepper } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router-dom';
import { yamlQuery } from '../../api/configuration';
import { createInstance, useInstance } from '../../api/instances';
import type { Instance } from '../../api/types';
import { notifyProblem } from '../../components/notify';
import { PageHeader } from '../../components/PageHeader';
import { Panel } from '../../components/Panel';
import { ProblemAlert } from '../../components/ProblemAlert';
import { QueryBoundary } from '../../components/QueryBoundary';
import { FindingList } from '../../components/yaml/FindingList';
import { useFindings } from '../../components/yaml/useFindings';
import YamlEditor from '../../components/yaml/YamlEditor';
import { instancePath } from '../../app/paths';
import { DetailsStep } from './DetailsStep';
import { EMPTY_FORM, faultsOf, type InstanceForm, showLabels, toCreateInstance } from './form';
import { StartStep } from './StartStep';
import { templateOf } from './templates';

export default function CreateView() {
  const [parameters] = useSearchParams();
  const clone = parameters.get('clone');
  const template = templateOf(parameters.get('template'));
  return (
    <>
      <Anchor component={Link} to="/" size="sm">
        ← Fleet
      </Anchor>
      {clone === null ? (
        <Wizard
          key={template?.id}
          title="New instance"
          form={template ? { ...EMPTY_FORM, name: template.name } : EMPTY_FORM}
          yaml={template?.yaml}
        />
      ) : (
        <CloneWizard id={clone} />
      )}
    </>
  );
}

function CloneWizard({ id }: { id: string }) {
  const instance = useInstance(id);
  const yaml = useQuery(yamlQuery(id));
  return (
    <QueryBoundary query={instance}>
      {(found) => (
        <QueryBoundary query={yaml}>
          {({ text }) => <Wizard title={`Clone ${found.name}`} form={cloneOf(found)} yaml={withoutAddress(text)} />}
        </QueryBoundary>
      )}
    </QueryBoundary>
  );
}

const cloneOf = (instance: Instance): InstanceForm => ({
  ...EMPTY_FORM,
  name: `${instance.name} copy`,
  description: instance.description ?? '',
  labels: showLabels(instance.metadata),
  platform: instance.platformType,
  restartPolicy: instance.restartPolicy ?? '',
});

// Where the original listens is taken: the copy gets a port of its own.
const withoutAddress = (yaml: string): string => yaml.replace(/^(host|port):.*\n/gm, '');

interface Props {
  title: string;
  form: InstanceForm;
  yaml: string | undefined;
}

function Wizard({ title, form: initial, yaml: initialYaml }: Props) {
  const navigate = useNavigate();
  const [step, setStep] = useState(initialYaml === undefined ? 0 : 1);
  const [form, setForm] = useState(initial);
  const [yaml, setYaml] = useState(initialYaml ?? '');
  const found = useFindings(yaml);
  const faulty = !found.checked || found.findings.some((finding) => finding.severity === 'error');
  const create = useMutation({
    mutationFn: () => createInstance(toCreateInstance(form, yaml)),
    onSuccess: ({ id, desiredState, warnings = [] }) => {
      const runs = desiredState === 'Running';
      if (form.start && !runs) notifyProblem('Created, but it could not be started', new Error(warnings.join('\n')));
      navigate(instancePath(id) + (runs ? '/pipeline' : ''));
    },
  });
  const { reset } = create;
  useEffect(reset, [form, yaml, reset]);
  const begin = (text: string, name: string): void => {
    setYaml(text);
    if (form.name === '') setForm({ ...form, name });
    setStep(1);
  };
  return (
    <>
      <PageHeader title={title} />
      <Stack gap="md" maw={900}>
        <Stepper active={step} onStepClick={setStep} size="sm" allowNextStepsSelect={false} iconSize={30}>
          <Stepper.Step label="Start from" />
          <Stepper.Step label="Configuration" />
          <Stepper.Step label="Details" />
        </Stepper>
        {step === 0 && <StartStep onChoose={begin} />}
        {step === 1 && (
          <>
            <Panel title="Configuration" flush>
              <YamlEditor
                value={yaml}
                onChange={setYaml}
                findings={found.findings}
                label="Configuration"
                height="min(460px, 55dvh)"
              />
            </Panel>
            <FindingList {...found} />
            <Group justify="space-between">
              <Button variant="default" onClick={() => setStep(0)}>
                Back
              </Button>
              <Button disabled={faulty} onClick={() => setStep(2)}>
                Continue
              </Button>
            </Group>
          </>
        )}
        {step === 2 && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              create.mutate();
            }}
          >
            <Stack gap="md">
              <DetailsStep form={form} onChange={setForm} />
              {create.error && <ProblemAlert error={create.error} title="The instance was not created" />}
              <Group justify="space-between">
                <Button variant="default" onClick={() => setStep(1)}>
                  Back
                </Button>
                <Button type="submit" loading={create.isPending} disabled={Object.keys(faultsOf(form)).length > 0}>
                  {form.start ? 'Create and start' : 'Create'}
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Stack>
    </>
  );
}
