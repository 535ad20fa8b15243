namespace Hub.Adapters.Stores.Relational;

internal sealed class KeyRows() : RowSet("hub_keys");

internal sealed class MessageRows() : RowSet("hub_messages");

internal sealed class BodyRows() : RowSet("hub_bodies");

internal sealed class UploadRows() : RowSet("hub_message_uploads");

internal sealed class NewDeliveryRows() : RowSet("hub_new_deliveries");

internal sealed class DeliveryRows() : RowSet("hub_deliveries");

internal sealed class CountRows() : RowSet("hub_counts");

internal sealed class EntryRows() : RowSet("hub_entries");

internal sealed class TileRows() : RowSet("hub_tiles");

internal sealed class RegistryObjectRows() : RowSet("hub_registry_objects");

internal sealed class AppStateRows() : RowSet("hub_app_state");
