"""schemas/asyncapi.yaml: valid, and saying what the Avro schemas and the program say."""
