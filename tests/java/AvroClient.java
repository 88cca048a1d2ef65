import io.apicurio.registry.serde.SerdeConfig;
import io.apicurio.registry.serde.avro.AvroKafkaDeserializer;
import io.apicurio.registry.serde.avro.AvroKafkaSerializer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Commands and events by Apache Avro's encoder of single objects, or, with a registry's URL, by Apicurio's serdes in
 * Confluent's wire format.
 *
 *   java AvroClient.java write BOOTSTRAP URL TOPIC SCHEMA      commands from lines ID GROUP-ID STUDY-ACTIVITY-ID
 *   java AvroClient.java read BOOTSTRAP URL [TOPIC SCHEMA]...   what is committed, an event a line, as JSON
 *
 * URL is - for single objects.
 */
class AvroClient {
    public static void main(String[] args) throws Exception {
        boolean single = args[2].equals("-");

        for (int i = 3; i + 1 < args.length; i += 2) {
            Schema schema = new Schema.Parser().parse(Path.of(args[i + 1]).toFile());
            if (args[0].equals("write"))
                write(args[1], args[i], schema, single ? singleObjectWriter(schema) : registrySerializer(args[2]));
            else
                read(args[1], args[i], single ? singleObjectReader(schema) : registryDeserializer(args[2]));
        }
    }

    // ---- Single objects ----

    static Serializer<GenericRecord> singleObjectWriter(Schema schema) {
        var encoder = new BinaryMessageEncoder<GenericRecord>(GenericData.get(), schema);
        return (topic, record) -> {
            try {
                ByteBuffer buffer = encoder.encode(record);
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                return bytes;
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        };
    }

    static Deserializer<GenericRecord> singleObjectReader(Schema schema) {
        var decoder = new BinaryMessageDecoder<GenericRecord>(GenericData.get(), schema);
        return (topic, bytes) -> {
            try {
                return decoder.decode(bytes);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        };
    }

    // ---- The registry's serdes ----

    static Map<String, Object> asConfluent(String url) {
        return Map.of(SerdeConfig.REGISTRY_URL, url, SerdeConfig.ENABLE_CONFLUENT_ID_HANDLER, true,
                SerdeConfig.ENABLE_HEADERS, false, SerdeConfig.AUTO_REGISTER_ARTIFACT, true);
    }

    static Serializer<GenericRecord> registrySerializer(String url) {
        var serializer = new AvroKafkaSerializer<GenericRecord>();
        serializer.configure(asConfluent(url), false);
        return serializer;
    }

    static Deserializer<GenericRecord> registryDeserializer(String url) {
        var deserializer = new AvroKafkaDeserializer<GenericRecord>();
        deserializer.configure(asConfluent(url), false);
        return deserializer;
    }

    // ---- Kafka ----

    static void write(String bootstrap, String topic, Schema schema, Serializer<GenericRecord> serializer)
            throws Exception {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrap);
        var lines = new BufferedReader(new InputStreamReader(System.in));

        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), serializer)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ");
                var record = new GenericData.Record(schema);
                record.put("command_id", words[0]);
                record.put("group_id", Long.valueOf(words[1]));
                record.put("study_activity_id", Long.valueOf(words[2]));
                producer.send(new ProducerRecord<>(topic, words[0].getBytes(), record)).get();
            }
        }
    }

    static void read(String bootstrap, String topic, Deserializer<GenericRecord> deserializer) {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed");

        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), deserializer)) {
            var places = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition())).toList();
            consumer.assign(places);
            consumer.seekToBeginning(places);
            var ends = consumer.endOffsets(places);
            while (places.stream().anyMatch(place -> consumer.position(place) < ends.get(place)))
                for (var record : consumer.poll(Duration.ofMillis(100)))
                    System.out.println(record.value());
        }
    }
}
